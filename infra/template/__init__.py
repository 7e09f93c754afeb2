"""The one CloudFormation template, for AWS and MiniStack; `python -m infra.template` prints it.

Read it in this order: `routing` (what the catalogue asks for), `functions` (each function with its
reasons and its permissions), then the modules that turn those into resources. No list of events
stands anywhere here: an event that gains a consumer in the catalogue gains its queues, rule,
policies and mapping by itself.
"""

from infra.template.stack import build_template

__all__ = ["build_template"]
