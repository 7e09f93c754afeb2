"""Per service: the events that it receives and may announce."""
