"""The gate of the contracts: `python -m infra.contracts` compares, freezes, lints and mutates."""
