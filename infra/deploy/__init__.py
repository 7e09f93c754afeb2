"""Deploys the template and the packages, to AWS or to the local stack: the same code for both."""
