"""Per channel: the facts that an event carries."""
