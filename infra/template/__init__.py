"""The one CloudFormation template, for AWS and MiniStack; `python -m infra.template` prints it.

Read it in this order: `routing` (what the catalogue asks for), `infra.services.rows` (a row per
service), `functions` (what each function may do), then the modules that turn those into resources.
There is no list of events here: an event that gains a consumer in the catalogue gains its queues,
rule, policies and mapping automatically.
"""

from infra.template.stack import build_template

__all__ = ["build_template"]
