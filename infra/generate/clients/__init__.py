"""The API's clients, generated from specs/openapi.yaml: a Python and a TypeScript package."""
