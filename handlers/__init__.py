"""The services.

Each folder is one: fetch (store), decide (decisions), commit (store), behind a thin entry point.
"""
