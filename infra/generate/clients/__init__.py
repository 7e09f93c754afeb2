"""The API's clients, made from specs/openapi.yaml: one package in Python, one in TypeScript."""
