"""The one place where git processes are started.

The examined repository is hostile data: git only ever sees a directory of our own making (see
``shadow``), with a scrubbed environment, no network, no work tree, closed input and bounds on output
and time.  No other module may start a process.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from qmslint.errors import RepoError, Unassessable

Process = subprocess.Popen[bytes]
TIMEOUT = 120.0
"""Seconds a single git process may take."""
OUTPUT_LIMIT = 256 * 1024 * 1024
"""Bytes a captured output may have."""
STREAM_LIMIT = 4 * OUTPUT_LIMIT
"""Bytes a streamed output may have."""

_DROPPED = ("PAGER", "EDITOR", "VISUAL", "XDG_CONFIG_HOME", "SSH_ASKPASS", "LANGUAGE")
_PINNED = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.pager", "cat"),
    ("diff.external", ""),
    ("gc.auto", "0"),
    ("log.showSignature", "false"),
    ("protocol.allow", "never"),
)
_KEPT = 4000
"""Bytes that are kept of what a process says on standard error."""


class GitFailed(Unassessable):
    """A git process did not end well; the text is what it said."""


def executable(avoid: Path) -> str:
    """Find git on the search path, never inside ``avoid`` nor through a relative entry."""
    found = None
    for entry in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(entry) and (program := shutil.which("git", path=entry)):
            found = program
            if not _inside(Path(entry), avoid) and not _inside(Path(program), avoid):
                return program
    if found:
        raise RepoError("the only git on the search path lies inside the examined tree, and is not used")
    raise RepoError("git is not installed, or not on the search path")


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder)
    except (OSError, RuntimeError):
        return True


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
    places : sequence of Path
        Folders whose names are left out of what git complains: they say nothing about the repository.
    """

    def __init__(self, shadow: Path, avoid: Path, places: Sequence[Path] = ()) -> None:
        self.shadow = shadow
        self._program = executable(avoid)
        self._env = environment(shadow)
        self._places = tuple(sorted((str(shadow), *map(str, places)), key=len, reverse=True))
        self._running: set[Process] = set()
        self.processes = 0

    def run(self, *arguments: str, timeout: float = TIMEOUT, given: bytes | None = None) -> bytes:
        """Return what ``git *arguments`` prints; ``given`` is its input.

        Raises
        ------
        GitFailed
            When git fails, takes too long or prints too much.
        """
        with self.stream(*arguments, timeout=timeout, limit=OUTPUT_LIMIT, given=given) as chunks:
            return b"".join(chunks)

    @contextmanager
    def stream(
        self, *arguments: str, timeout: float = TIMEOUT, limit: int = STREAM_LIMIT, given: bytes | None = None
    ) -> Iterator[Iterator[bytes]]:
        """Give the output of ``git *arguments`` in chunks while git still runs.

        Whoever stops reading early gets no complaint: git is then ended.
        """
        process = self._start(arguments, subprocess.DEVNULL if given is None else subprocess.PIPE, subprocess.PIPE)
        watch = _Watch(process, timeout)
        watch.start()
        if given is not None:
            threading.Thread(target=_feed, args=(process, given), daemon=True).start()
        assert process.stdout is not None
        chunks = _Chunks(process.stdout, limit)
        code = 0
        try:
            yield chunks
            if chunks.ended:
                code = process.wait()
        finally:
            self._finish(process)
            watch.finished.set()
            watch.join()
            _close(process.stdout, process.stderr)
        if watch.expired:
            raise GitFailed("LIMIT", f"git {_verb(arguments)} took longer than {timeout:.0f} s")
        if code:
            said = self._complaint(watch.said) or (f"ended by signal {-code}" if code < 0 else f"exit code {code}")
            raise GitFailed("UNREADABLE", f"git {_verb(arguments)} failed: {said}")

    def open(self, *arguments: str) -> Process:
        """Start a git process that is fed and read in turn; :meth:`finish` ends it, :meth:`close` at the latest."""
        return self._start(arguments, subprocess.PIPE, subprocess.DEVNULL)

    def finish(self, process: Process) -> None:
        """End a process started by :meth:`open`."""
        self._finish(process)
        _close(process.stdin, process.stdout)

    def close(self) -> None:
        """End whatever still runs, such as a reading that was interrupted."""
        for process in list(self._running):
            self._finish(process)

    def _start(self, arguments: Sequence[str], stdin: int, stderr: int) -> Process:
        self.processes += 1
        try:
            process = subprocess.Popen(  # noqa: S603 - fixed program, list arguments, scrubbed environment
                [self._program, *arguments],
                cwd=self.shadow,
                env=self._env,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise GitFailed("UNREADABLE", f"git cannot be started: {error}") from error
        self._running.add(process)
        return process

    def _finish(self, process: Process) -> None:
        if process.poll() is None:
            _kill(process)
            process.wait()
        self._running.discard(process)

    def _complaint(self, said: bytes) -> str:
        """Return the line that matters of what git said, without names of folders."""
        lines = said.decode("utf-8", "replace").splitlines()
        marks = ("fatal: ", "error: ")
        line = next((line for mark in marks for line in lines if line.startswith(mark)), "".join(lines[:1]))
        for place in self._places:
            line = line.replace(place, "…")
        return line.removeprefix("fatal: ").removeprefix("error: ")[:300]


class _Watch(threading.Thread):
    """Keeps the beginning of what a process says on standard error, and ends it when its time is up."""

    def __init__(self, process: Process, seconds: float) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._deadline = time.monotonic() + seconds
        self.finished = threading.Event()
        self.expired = False
        self.said = b""

    def run(self) -> None:
        if self._listen():
            self.finished.wait(self._left())
        if not self.finished.is_set():
            self.expired = True
            _kill(self._process)

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def _listen(self) -> bool:
        """Read until the process closes its standard error; false when the time is up first."""
        stream = self._process.stderr
        if stream is None:
            return True
        ready = select.poll()
        ready.register(stream, select.POLLIN | select.POLLHUP)
        while ready.poll(self._left() * 1000):
            chunk = os.read(stream.fileno(), 65536)
            if not chunk:
                return True
            self.said += chunk[: _KEPT - len(self.said)]
        return False


class _Chunks(Iterator[bytes]):
    """The output of a process in pieces, within a bound."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream = stream
        self._left = limit
        self.ended = False

    def __next__(self) -> bytes:
        chunk: bytes = self._stream.read1(1 << 20)  # type: ignore[attr-defined]
        if not chunk:
            self.ended = True
            raise StopIteration
        self._left -= len(chunk)
        if self._left < 0:
            raise GitFailed("LIMIT", "git printed more than can be taken in")
        return chunk


def _feed(process: Process, given: bytes) -> None:
    assert process.stdin
    try:
        process.stdin.write(given)
    except OSError:
        pass
    finally:
        _close(process.stdin)


def _kill(process: Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):
        process.kill()


def _close(*streams: IO[bytes] | None) -> None:
    for stream in streams:
        try:
            if stream:
                stream.close()
        except OSError:
            pass


def _verb(arguments: Sequence[str]) -> str:
    """Return the command among the arguments, options before it left out."""
    words = iter(arguments)
    for word in words:
        if word == "-c":
            next(words, "")
        elif not word.startswith("-"):
            return word
    return ""
