"""Mutants of the contract: one change each, to check that some check notices it."""
