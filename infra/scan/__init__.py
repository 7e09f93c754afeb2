"""Scanners of others find nothing in the template and the code, except what is accepted here.

They check less than they seem to: checkov passes `dynamodb:*` and an open bus policy, bandit passes
a JWT that is decoded without its signature. The proofs are in tests/security and tests/infra; this
only looks for what tests do not cover.
"""
