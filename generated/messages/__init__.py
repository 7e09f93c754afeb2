"""Per channel: an event with its envelope."""
