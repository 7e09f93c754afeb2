"""Per channel: the data of an event."""
