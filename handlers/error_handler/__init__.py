"""Look after messages that a service could not handle: re-drive, park for review, and let operators
decide.
"""
