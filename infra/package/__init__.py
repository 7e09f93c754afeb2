"""Makes the Lambda packages: one zip per service, for AWS or for the local stack."""
