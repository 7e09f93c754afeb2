"""The contracts as a gate: `python -m infra.contracts` compares, freezes, lints, mutates."""
