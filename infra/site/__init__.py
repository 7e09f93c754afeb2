"""The documentation as a site that needs no network: `python -m infra.site --out build/site`."""
