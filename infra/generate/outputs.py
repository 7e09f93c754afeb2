"""Every generated file, as name → text."""

from __future__ import annotations

import json
from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.generate import api, bundle, documents, models
from infra.generate.clients.packages import render as render_clients
from infra.generate.events import Catalogue, Service, read_catalogue
from infra.generate.names import constant, pascal, snake
from infra.generate.spec import ROOT, common_schemas
from infra.generate.write import formatted

PACKAGES = {
    "generated": "Made by `make generate` from specs/; never edited.",
    "generated/api": "Per service: models and routes of its part of the HTTP API.",
    "generated/events": "Per channel: the facts that an event carries.",
    "generated/messages": "Per channel: an event as it travels.",
    "generated/services": "Per service: what it hears and may announce.",
}


def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(ROOT / "infra/generate/templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and Markdown, not HTML
    )
    made.filters["tuple_literal"] = repr
    made.filters["snake"] = snake
    made.filters["anchor"] = lambda name: name.replace(".", "")
    return made


def render_all(progress: Callable[[str], None]) -> dict[str, str]:
    """Name → text of everything that follows from specs/. Raises SpecError."""
    catalogue, operations = read_catalogue(), api.read_operations()
    templates = environment()
    progress("event models and catalogue from specs/asyncapi.yaml")
    files = {f"{package}/__init__.py": f'"""{text}"""\n' for package, text in PACKAGES.items()}
    files |= _events(templates, catalogue)
    progress("API models, routes and API Gateway's projection from specs/openapi.yaml")
    files |= _api(templates, operations)
    files["generated/catalogue.py"] = templates.get_template("catalogue.py.jinja").render(
        events=catalogue.events,
        services=list(
            dict.fromkeys(
                [
                    *(s.name for s in catalogue.services()),
                    *(o.service for o in operations),
                    "event-relay",
                ]
            )
        ),
        operations=operations,
    )
    progress("clients in Python and TypeScript")
    files |= render_clients()
    progress("formatting")
    files = formatted(files, ROOT / "pyproject.toml")
    progress("bundled contracts, event catalogue and state machines as documents")
    return files | bundle.render() | documents.render(templates, catalogue)


def _events(templates: Environment, catalogue: Catalogue) -> dict[str, str]:
    files = {
        "generated/common.py": models.common_module(),
        "generated/contract.py": templates.get_template("contract.py.jinja").render(),
        "generated/model.py": templates.get_template("model.py.jinja").render(),
        "generated/minor_units.py": templates.get_template("money.py.jinja").render(
            exponents=_exponents()
        ),
        "generated/published.py": templates.get_template("published.py.jinja").render(
            events=catalogue.events, services=catalogue.services()
        ),
    }
    message = templates.get_template("message.py.jinja")
    for event in catalogue.events:
        for channel in event.channels:
            name = f"{channel.module}.py"
            facts = models.channel_module(event, channel, catalogue.document)
            files[f"generated/events/{name}"] = facts
            files[f"generated/messages/{name}"] = message.render(event=event, channel=channel)
    for service in catalogue.services():
        files[f"generated/services/{service.module}.py"] = _service(templates, service)
    return files


def _exponents() -> dict[str, int]:
    currency = common_schemas()["Currency"]
    listed = currency["x-minor-unit-exponents"]
    return {code: listed.get(code, 2) for code in currency["enum"]}


def _service(templates: Environment, service: Service) -> str:
    data: dict[str, list[str]] = {}
    messages: dict[str, list[str]] = {}
    for reception in service.receives:
        channel = reception.channel
        data.setdefault(channel.module, []).append(channel.data_class)
        messages.setdefault(channel.module, []).append(channel.message_class)
    for event in service.sends:
        data.setdefault(event.channel.module, []).append(event.data_class)
    return templates.get_template("service.py.jinja").render(
        service=service,
        data_imports={m: sorted(set(n)) for m, n in sorted(data.items())},
        message_imports={m: sorted(set(n)) for m, n in sorted(messages.items())},
    )


def _api(templates: Environment, operations: tuple[api.Operation, ...]) -> dict[str, str]:
    files = {
        "generated/api/openapi-3.0.3.json": json.dumps(api.project(), indent=2) + "\n",
        "generated/problem_types.py": _problem_types(),
    }
    for service in dict.fromkeys(o.service for o in operations):
        mine = tuple(o for o in operations if o.service == service)
        module = snake(service)
        files[f"generated/api/{module}.py"] = models.api_module(service, api.service_schemas(mine))
        files[f"generated/api/{module}_routes.py"] = templates.get_template(
            "routes.py.jinja"
        ).render(
            name=service,
            module=module,
            prefix=pascal(service),
            constant=constant(service),
            operations=mine,
            model_names=sorted(
                {n for o in mine for n in (o.body, o.answer, o.parameters_class) if n}
            ),
        )
    return files


def _problem_types() -> str:
    members = ", ".join(json.dumps(name) for name in api.problem_types())
    return (
        '"""Every type of problem that the API may answer (specs/openapi.yaml)."""\n\n'
        f"from typing import Literal, TypeAlias\n\nProblemType: TypeAlias = Literal[{members}]\n"
    )
