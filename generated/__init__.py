"""Made by `make generate` from specs/; never edited."""
