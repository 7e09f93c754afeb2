"""Create payments, answer queries about them, and end them when the wallet has spoken."""
