"""Find the rules: inside the installed package, else beside the source tree of an editable install."""

from __future__ import annotations

from pathlib import Path

from qmslint.errors import PackError

_PACKAGE = Path(__file__).resolve().parent.parent


def rules_root() -> Path:
    """Return the folder of the bundled rules.

    Raises
    ------
    PackError
        If the installation has lost it.
    """
    for home in (_PACKAGE / "rules", _PACKAGE.parent.parent / "rules"):
        if (home / "packs").is_dir():
            return home
    raise PackError("the bundled rules are missing from this installation; install it again")
