"""Generate generated/ and the reference documents: `python -m infra.generate [--check]`."""
