"""Turn specs/ into generated/ and the reference documents: `python -m infra.generate [--check]`."""
