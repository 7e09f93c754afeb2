"""The whole system on one machine: MiniStack, a gateway simulator, a base URL, live events."""
