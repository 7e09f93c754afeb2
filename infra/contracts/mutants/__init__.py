"""Mutants of the contract: one thing changed at a time, to see whether anything notices."""
