"""Evidence that is handed over as files, beside what lies in the repository."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qmslint.errors import UsageError

LIMIT = 16 << 20
"""Bytes of one file that are taken."""
FILES = 500
_ENDINGS = (".json", ".jsonl", ".sigstore")


def read_given(paths: Sequence[Path]) -> dict[str, str]:
    """Return the texts of files, and of the JSON files of folders, by the name they were given under.

    Raises
    ------
    UsageError
        If one cannot be read, is too large, or a folder holds none.
    """
    found: dict[str, str] = {}
    for path in paths:
        inside = (
            sorted(p for p in path.rglob("*") if p.name.endswith(_ENDINGS) and p.is_file()) if path.is_dir() else [path]
        )
        if not inside:
            raise UsageError(f"--evidence {path}: the folder holds no JSON file")
        for file in inside[:FILES]:
            found[file.as_posix()] = _text(file)
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(LIMIT + 1)
    except OSError as error:
        raise UsageError(f"--evidence {path} cannot be read: {error.strerror}") from error
    if len(content) > LIMIT:
        raise UsageError(f"--evidence {path} is larger than {LIMIT >> 20} MiB")
    return content.decode("utf-8", "replace")
