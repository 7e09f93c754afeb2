"""One screen: functions up to 40 lines, files up to 300; nothing prints."""

import ast
from functools import cache
from pathlib import Path

import pytest

from handlers.runtime.queue import RECEIVES_MAX
from infra.template.bus import RECEIVE_COUNT_MAX
from infra.template.functions import FUNCTIONS

ROOT = Path(__file__).parents[2]
FUNCTION_LINES_MAX = 40
FILE_LINES_MAX = 300
TRANSACTION_ITEMS_MAX = 100  # of DynamoDB
FILES = sorted(
    path for top in ("handlers", "infra", "tests") for path in (ROOT / top).rglob("*.py")
)
CODE = [path for path in FILES if path.relative_to(ROOT).parts[0] != "tests"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> list[tuple[str, int]]:
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name(path)}: {function} has {lines} lines"
        for path in CODE
        for function, lines in functions(path)
        if lines > FUNCTION_LINES_MAX
    ]

    assert long == []


def test_no_file_is_longer_than_it_may_be() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in CODE}

    assert {path: n for path, n in lengths.items() if n > FILE_LINES_MAX} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [name(path) for path in FILES if ast.get_docstring(parsed(path)) is None]

    assert silent == []


@pytest.mark.parametrize("top", ["handlers"])
def test_nothing_prints(top: str) -> None:
    printing = [
        name(path)
        for path in (ROOT / top).rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("print", "pprint", "breakpoint")
    ]

    assert printing == []


def test_a_batch_of_one_wallet_fits_into_one_transaction() -> None:
    batches = {f.name: f.batch_items for f in FUNCTIONS}

    assert batches["wallet-service-consumer"] + 1 <= TRANSACTION_ITEMS_MAX


def test_the_consumers_last_try_comes_before_the_queue_gives_up() -> None:
    assert RECEIVES_MAX == RECEIVE_COUNT_MAX
