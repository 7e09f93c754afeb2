"""The external gateway for local use, with the magic payees of docs/gateway-simulator.md."""
