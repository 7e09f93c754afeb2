"""Documents match the repository: links resolve, commands exist, translations are current."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from generated.catalogue import EVENTS, SERVICES
from tests.docs.documents import ROOT, Document, documents

DOCUMENTS: Final = documents()
README: Final = Document(ROOT / "README.md")
SPANISH: Final = Document(ROOT / "README.es.md")
DECISIONS: Final = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
RUNBOOKS: Final = sorted((ROOT / "docs" / "runbooks").glob("[a-z]*.md"))
PARTS_OF_A_DECISION: Final = ["Context", "Decision", "Consequences", "Alternatives"]
PARTS_OF_A_SERVICE: Final = ["Events", "API", "Data", "When it fails"]
# Paths of this repository that a text names must exist. Adding the examples creates some more.
OWN_PATH: Final = re.compile(r"(?:specs|generated|handlers|infra|tests|docs)/[\w./-]*\w\.\w+")
OF_AN_EXAMPLE: Final = re.compile(r"gateway[._]payment_refunded|receipt[._-]")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=str)


def makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def make_targets() -> set[str]:
    """Every target, including those for one service."""
    lines = re.findall(r"^([a-z][a-z -]*):(?!=)", makefile(), re.MULTILINE)
    each = {f"{verb}-{service}" for verb in ("build", "test") for service in SERVICES}
    return {target for line in lines for target in line.split()} | each


def helped_targets() -> set[str]:
    """The targets that `make help` prints, except itself and the patterns."""
    plain = re.findall(r"^(?:# target: )?([a-z-]+)(?::[^=\n]*)? ## ", makefile(), re.MULTILINE)
    return set(plain) - {"help"}


def resolves(document: Document, link: str) -> bool:
    path, _, anchor = unquote(link).partition("#")
    target = (document.path.parent / path).resolve() if path else document.path
    if not target.exists():
        return False
    return not anchor or (target.suffix == ".md" and anchor in Document(target).anchors)


@each_document
def test_every_relative_link_and_anchor_resolves(document: Document) -> None:
    ours = [link for link in document.links if not link.startswith(("http://", "https://"))]

    assert [link for link in ours if not resolves(document, link)] == []


@each_document
def test_every_make_target_that_is_mentioned_exists(document: Document) -> None:
    missing = document.make_targets - make_targets()

    assert {target for target in missing if not OF_AN_EXAMPLE.search(target)} == set()


@each_document
def test_every_path_that_is_mentioned_exists(document: Document) -> None:
    named = {path for code in document.code for path in OWN_PATH.findall(code)}

    missing = {path for path in named if not (ROOT / path).exists()}

    assert {path for path in missing if not OF_AN_EXAMPLE.search(path)} == set()


@each_document
def test_a_document_begins_with_its_only_title(document: Document) -> None:
    levels = [level for level, _ in document.headings]

    assert levels[:1] == [1]
    assert levels.count(1) == 1


def test_the_readme_lists_every_target_that_make_helps_with() -> None:
    assert helped_targets() - README.make_targets == set()


def test_the_spanish_readme_has_the_structure_of_the_english_one() -> None:
    assert [level for level, _ in SPANISH.headings] == [level for level, _ in README.headings]


def test_the_spanish_readme_has_the_code_of_the_english_one() -> None:
    assert SPANISH.blocks == README.blocks
    assert SPANISH.make_targets == README.make_targets


def test_the_spanish_readme_links_where_the_english_one_does() -> None:
    languages = {"README.md", "README.es.md"}

    assert set(SPANISH.links) - languages == set(README.links) - languages


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_has_the_sections_of_all_decisions(path: Path) -> None:
    (level, title), *sections = Document(path).headings

    assert (level, title.split(".")[0]) == (1, str(int(path.name[:4])))
    assert sections == [(2, name) for name in PARTS_OF_A_DECISION]


@pytest.mark.parametrize("folder", ["decisions", "runbooks"])
def test_the_list_of_a_folder_is_complete(folder: str) -> None:
    index = Document(ROOT / "docs" / folder / "README.md")
    pages = {path.name for path in index.path.parent.glob("*.md")} - {"README.md"}

    assert pages - set(index.links) == set()


def test_the_table_of_tests_has_a_row_for_every_folder_and_no_other() -> None:
    text = Document(ROOT / "tests" / "README.md").text
    rows = re.findall(r"^\| (`\w+/`[^|]*) \|", text, re.MULTILINE)
    listed = [folder for row in rows for folder in re.findall(r"`(\w+)/`", row)]

    folders = {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}
    assert sorted(listed) == sorted(folders)


def test_the_readme_of_tests_names_the_number_of_processes() -> None:
    (processes,) = re.findall(r"^PARALLEL +:= -n (\d+) ", makefile(), re.MULTILINE)

    assert f"in {processes} processes" in Document(ROOT / "tests" / "README.md").text


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.name)
def test_a_runbook_has_the_sections_of_all_runbooks(path: Path) -> None:
    sections = [text for level, text in Document(path).headings if level == 2]

    assert sections == ["See", "Do", "It worked when"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_readme_of_every_service_has_its_sections_and_a_diagram(service: str) -> None:
    readme = Document(ROOT / "handlers" / service.replace("-", "_") / "README.md")
    sections = [text for level, text in readme.headings if level == 2]

    assert readme.headings[0] == (1, service)
    assert [name for name in sections if name in PARTS_OF_A_SERVICE] == PARTS_OF_A_SERVICE
    assert "mermaid" in {block.language for block in readme.blocks}


def test_every_event_is_in_the_readme_of_its_producer() -> None:
    for event in EVENTS.values():
        readme = Document(ROOT / "handlers" / event.producer.replace("-", "_") / "README.md")

        assert event.type in readme.code, f"{readme} does not name {event.type}"


def test_no_document_names_a_folder_of_somebodys_machine() -> None:
    of_a_machine = re.compile(r"/(?:home|root|Users|work|tmp)/")

    assert [str(one) for one in DOCUMENTS if of_a_machine.search(one.text)] == []


def consumers() -> list[tuple[str, str]]:
    """Every event with each service that decides about it in a function of its own."""
    return [
        (event.type, one.service)
        for event in EVENTS.values()
        for one in event.consumers
        if one.service != "metrics-collector"  # counts all events in one function
    ]


@pytest.mark.parametrize(("event", "service"), consumers())
def test_a_reader_finds_the_function_that_handles_an_event_in_the_catalogue_and_by_its_name(
    event: str, service: str
) -> None:
    function = f"on_{event.replace('.', '_')}"
    decisions = f"handlers/{service.replace('-', '_')}/decisions.py"
    catalogue = Document(ROOT / "docs" / "events" / "event-catalog.md").text
    section = catalogue.partition(f"\n## {event}\n")[2].partition("\n## ")[0]

    assert f"def {function}" in (ROOT / decisions).read_text("utf-8")
    assert re.search(rf"\[`{function}\w*`\]\(../../{decisions}", section)
