"""Per service: what it hears and may announce."""
