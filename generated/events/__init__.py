"""Per event: the facts it carries."""
