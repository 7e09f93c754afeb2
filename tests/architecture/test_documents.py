"""A document of specs/ that cannot be read is named, with what mends it."""

from pathlib import Path

import pytest

from infra.generate import spec


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("a: [", "is not valid YAML"),
        ("- a list", "must be a mapping"),
        ("example: 2026-03-01T10:00:00Z", "put its dates in quotes"),
    ],
)
def test_what_is_wrong_with_a_document_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, mend: str
) -> None:
    (tmp_path / "wrong.yaml").write_text(text, "utf-8")
    monkeypatch.setattr(spec, "SPECS", tmp_path)

    with pytest.raises(spec.SpecError, match=f"specs/wrong.yaml: document: {mend}"):
        spec.load("wrong.yaml")
