"""Generated files say what the code says; ``QMSLINT_UPDATE=1`` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qmslint.packs.pages import pages

TOP = Path(__file__).parents[1]
PAGES = pages()


@pytest.mark.parametrize("path", sorted(PAGES))
def test_generated_file_is_up_to_date(path: str) -> None:
    file = TOP / path
    if os.environ.get("QMSLINT_UPDATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(PAGES[path], encoding="utf-8")
    assert file.read_text(encoding="utf-8") == PAGES[path]


def test_every_published_schema_is_generated() -> None:
    assert {f"schemas/{p.name}" for p in (TOP / "schemas").glob("*.json")} == {p for p in PAGES if "schemas/" in p}
