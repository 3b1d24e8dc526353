"""A folder outside every repository for what can be computed again; damage only means computing again."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from qmslint import __version__


def cache_folder() -> Path:
    """Return the platform's cache folder for this version of the program."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    return base / "qmslint" / __version__


def trusted(folder: Path) -> bool:
    """Say whether only we write to ``folder``: a pipeline may keep its caches in the checkout, where anybody's
    commit could put compiled rules that judge mildly.
    """
    place = folder.resolve()
    return not place.is_relative_to(Path.cwd()) and not any(
        os.path.lexists(p / ".git") for p in (place, *place.parents)
    )


def load_json(name: str) -> Any:
    """Return what was stored under ``name``, or ``None``."""
    try:
        if not trusted(cache_folder()):
            return None
        return json.loads((cache_folder() / name).read_bytes())
    except (OSError, ValueError, RuntimeError):
        return None


def store_json(name: str, value: Any) -> None:
    """Store ``value`` under ``name``, whole or not at all; failure is silent."""
    try:
        folder = cache_folder()
        if not trusted(folder):
            return
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(value, stream)
        os.replace(temporary, folder / name)
    except (OSError, RuntimeError):
        return
