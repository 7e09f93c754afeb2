"""A service: its operations in the contract, its row, and what is written by hand.

Nothing here imports generated/, so that the check also runs before `make generate`.
"""
