"""The template as a whole."""

import json

from troposphere import Template

from infra.template import (
    api,
    bus,
    data,
    identity,
    lambdas,
    notifications,
    observability,
    parameters,
    sources,
)

PARTS = (parameters.declare, data.add, bus.add, lambdas.add, sources.add, identity.add)
OPERATIONS = (api.add, notifications.add, observability.add)


def build_template() -> Template:
    """Everything that the system needs, for the catalogue and the contract as they are now."""
    template = Template(Description="Event-driven payments: API, services, bus, queues and tables.")
    template.set_version("2010-09-09")
    for add in (*PARTS, *OPERATIONS):
        add(template)
    return template


def render() -> str:
    """The template as JSON, on one line: CloudFormation counts every byte."""
    return json.dumps(build_template().to_dict(), separators=(",", ":"))
