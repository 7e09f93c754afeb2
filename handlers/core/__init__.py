"""Pure rules that all services share: no AWS, no clock, no randomness, no environment."""
