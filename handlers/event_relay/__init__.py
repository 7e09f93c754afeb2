"""Publish what the services wrote: the only holder of the right to put events on the bus."""
