"""Write reports: to standard output, and to files whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from qmslint.errors import OutputError


def write_file(path: Path, text: str) -> None:
    """Write ``text`` to ``path``; on failure an existing file stays as it was.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    folder = path.parent
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def write_stdout(text: str) -> None:
    """Write ``text`` to standard output as UTF-8, whatever the locale says."""
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        stream.write(text.encode("utf-8", "backslashreplace"))
        stream.flush()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
