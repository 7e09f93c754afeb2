"""Per service: models and routes of its part of the HTTP API."""
