"""The one function through which every git process is started.

The examined repository is hostile data: git only ever sees a directory of our own making (see
``shadow``), with a scrubbed environment, no network, no work tree, closed input and bounds on output
and time.  No other module may start a process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from qmslint.errors import RepoError, Unassessable

TIMEOUT = 120.0
"""Seconds a single git process may take."""
OUTPUT_LIMIT = 256 * 1024 * 1024
"""Bytes a captured output may have."""

_DROPPED = ("PAGER", "EDITOR", "VISUAL", "XDG_CONFIG_HOME", "SSH_ASKPASS")
_PINNED = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.pager", "cat"),
    ("diff.external", ""),
    ("gc.auto", "0"),
    ("log.showSignature", "false"),
    ("protocol.allow", "never"),
)


class GitFailed(Unassessable):
    """A git process did not end well; the text is what it said."""


def executable(avoid: Path) -> str:
    """Find git on the search path, never inside ``avoid`` nor through a relative entry."""
    entries = [
        entry
        for entry in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if os.path.isabs(entry) and not Path(entry).resolve().is_relative_to(avoid)
    ]
    found = shutil.which("git", path=os.pathsep.join(entries))
    if not found:
        raise RepoError("git is not installed, or not on the search path")
    return found


def environment(shadow: Path) -> dict[str, str]:
    """Return the environment for git in ``shadow``: the caller's without anything that steers git."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name not in _DROPPED}
    empty = str(shadow / "empty")
    env.update(
        GIT_DIR=str(shadow),
        GIT_CONFIG_NOSYSTEM="1",
        GIT_CONFIG_GLOBAL=empty,
        GIT_ATTR_NOSYSTEM="1",
        GIT_OPTIONAL_LOCKS="0",
        GIT_TERMINAL_PROMPT="0",
        GIT_NO_LAZY_FETCH="1",
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_GRAFT_FILE=empty,
        GIT_ALLOW_PROTOCOL="none",
        GIT_PAGER="cat",
        GIT_EDITOR="false",
        GIT_ASKPASS="true",
        LC_ALL="C.UTF-8",
        TZ="UTC",
        GIT_CONFIG_COUNT=str(len(_PINNED)),
    )
    for number, (key, value) in enumerate(_PINNED):
        env[f"GIT_CONFIG_KEY_{number}"] = key
        env[f"GIT_CONFIG_VALUE_{number}"] = value
    return env


class Git:
    """Runs git in a shadow directory.

    Parameters
    ----------
    shadow : Path
        The directory made by :func:`qmslint.repo.shadow.cast`.
    avoid : Path
        The examined tree: a git executable inside it is never used.
    """

    def __init__(self, shadow: Path, avoid: Path) -> None:
        self.shadow = shadow
        self._program = executable(avoid)
        self._env = environment(shadow)
        self.processes = 0

    def run(self, *arguments: str, timeout: float = TIMEOUT) -> bytes:
        """Return what ``git *arguments`` prints.

        Raises
        ------
        GitFailed
            When git fails, takes too long or prints too much.
        """
        with self.stream(*arguments, timeout=timeout) as chunks:
            return b"".join(chunks)

    @contextmanager
    def stream(self, *arguments: str, timeout: float = TIMEOUT) -> Iterator[Iterator[bytes]]:
        """Give the output of ``git *arguments`` in chunks while git still runs."""
        process = self._start(arguments, subprocess.DEVNULL)
        timer = threading.Timer(timeout, process.kill)
        timer.daemon = True
        timer.start()
        try:
            assert process.stdout is not None
            yield _chunks(process.stdout)
            code = process.wait()
        finally:
            expired = not timer.is_alive()
            timer.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
            complaint = _complaint(process)
        if code:
            if expired:
                raise GitFailed("LIMIT", f"git {arguments[0]} took longer than {timeout:.0f} s")
            raise GitFailed("UNREADABLE", f"git {arguments[0]} failed: {complaint or code}")

    def open(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a git process that is fed and read in turn; the caller ends it."""
        return self._start(arguments, subprocess.PIPE)

    def _start(self, arguments: Sequence[str], stdin: int) -> subprocess.Popen[bytes]:
        self.processes += 1
        return subprocess.Popen(  # noqa: S603 - fixed program, list arguments, scrubbed environment
            [self._program, *arguments],
            cwd=self.shadow,
            env=self._env,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if stdin != subprocess.PIPE else subprocess.DEVNULL,
            start_new_session=True,
        )


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    total = 0
    while chunk := stream.read1(1 << 20):  # type: ignore[attr-defined]
        total += len(chunk)
        if total > OUTPUT_LIMIT * 8:
            raise GitFailed("LIMIT", "git printed more than can be taken in")
        yield chunk


def _complaint(process: subprocess.Popen[bytes]) -> str:
    if process.stdout:
        process.stdout.close()
    if not process.stderr:
        return ""
    with process.stderr as stream:
        text = stream.read(4000).decode("utf-8", "replace").strip()
    return text.splitlines()[0] if text else ""
