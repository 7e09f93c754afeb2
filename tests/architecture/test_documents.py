"""A document of specs/ that cannot be read is named, with how to fix it."""

from pathlib import Path

import pytest

from infra.generate import spec


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("a: [", "is not valid YAML"),
        ("- a list", "must be a mapping"),
        ("example: 2026-03-01T10:00:00Z", "put its dates in quotes"),
    ],
)
def test_what_is_wrong_with_a_document_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, fix: str
) -> None:
    (tmp_path / "wrong.yaml").write_text(text, "utf-8")
    monkeypatch.setattr(spec, "SPECS", tmp_path)

    with pytest.raises(spec.SpecError, match=f"specs/wrong.yaml: document: {fix}"):
        spec.load("wrong.yaml")
