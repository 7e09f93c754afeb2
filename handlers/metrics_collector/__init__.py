"""Measure the business: count events, amounts, successes and failures."""
