"""Balances: reserve, deduct, release and deposit money."""
