"""Charge payments at the external gateway, exactly once."""
