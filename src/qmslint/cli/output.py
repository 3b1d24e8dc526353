"""Write reports: to standard output, and to files whole or not at all."""

from __future__ import annotations

import os
import stat
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
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``; on failure an existing file stays as it was.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        if _is_device(path):
            # Replacing would put a plain file where the device, pipe or terminal was.
            path.write_bytes(content)
        else:
            _replace(path, content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def write_inside(root: Path, name: str, text: str, bare: bool = False) -> Path:
    """Write ``text`` to the file ``name`` of a work tree, making its folders; links on the way are not followed.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    OutputError
        If there is no work tree, a link lies on the way, or the file cannot be written.
    """
    if bare:
        raise OutputError(f"{name} cannot be written: the repository has no work tree")
    path = root
    for part in Path(name).parts:
        path = path / part
        if path.is_symlink():
            raise OutputError(f"{name} cannot be written: {path} is a link")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{name} cannot be written: {error.strerror}") from error
    write_file(path, text)
    return path


def write_stdout(text: str) -> None:
    """Write ``text`` to standard output as UTF-8, whatever the locale says.

    Raises
    ------
    OutputError
        If it cannot be written, because a disk is full for example.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed, so the report cannot be written")
    stream = getattr(sys.stdout, "buffer", None)
    try:
        if stream is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            stream.write(text.encode("utf-8", "backslashreplace"))
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is still buffered would be tried again, and complained about, at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def _is_device(path: Path) -> bool:
    """Say whether ``path`` names something other than a plain file, such as ``/dev/null`` or ``/dev/stdout``."""
    if path.parent.resolve() in (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd")):
        return True
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _replace(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".qmslint-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
