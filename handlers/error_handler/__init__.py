"""Handle what a service could not: re-drive it, park it for review, let operators decide."""
