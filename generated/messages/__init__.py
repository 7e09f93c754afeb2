"""Per event: how it travels."""
