"""Per channel: an event as it travels."""
