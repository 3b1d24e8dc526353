"""A fenced place to examine hostile repositories in, and the promises that hold for each of them.

``ground/repo`` is the examined repository, ``ground/outside`` what must never be read or written, ``canary`` where a
file appears when something of the repository was run, ``tmp`` the folder for temporary files, ``home`` the user's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qmslint.report import FORMATS

QMSLINT = str(Path(sys.executable).with_name("qmslint"))
SECRET = "OUTSIDE-4f9c1d7e-SECRET"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# Some build servers obey the last ones wherever they stand in a line.
COMMAND = re.compile(r"^\s*(?:::|section_(?:start|end):)|##[A-Za-z]*\[", re.M)
# Annotations are commands by nature: ours have one of three words, three properties and one line.
ANNOTATION = re.compile(
    r"^::(?:error|warning|notice) (?:(?:file|line|endLine|title)=[^,:\n]*,?)+::(?!.*::set-|.*::add-)[^\n]*$", re.M
)
PASSWORD = re.compile(r"://[^/\s\"'<>]*:[^/\s\"'<>]*@")
_NOISE = ("GIT_", "PYTEST", "QMSLINT", "XDG_")


@dataclass
class Run:
    """What one run of the program gave."""

    code: int
    stdout: str
    stderr: str
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        found: dict[str, Any] = json.loads(self.outputs["json"])
        return found

    def result(self, rule: str) -> dict[str, Any]:
        """The result of one rule in the JSON report."""
        return next(item for item in self.report["results"] if item["rule"] == rule)

    @property
    def notes(self) -> str:
        """All notes of the JSON report."""
        return "\n".join(self.report["notes"])

    @property
    def everything(self) -> str:
        """All texts the run gave."""
        return "\n".join([self.stdout, self.stderr, *self.outputs.values()])


class Ground:
    """The fenced place."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.repo = base / "ground" / "repo"
        self.outside = base / "ground" / "outside"
        self.canary = base / "canary"
        self.temporary = base / "tmp"
        self.home = base / "home"
        self.out = base / "out"
        for folder in (self.repo, self.outside, self.canary, self.temporary, self.home, self.out):
            folder.mkdir(parents=True)
        (self.outside / "secret.md").write_text(f"# {SECRET}\n\n{SECRET}\n", encoding="utf-8")
        self.count = 0

    def trap(self, name: str) -> str:
        """Return a command that leaves a canary."""
        script = self.base / f"trap-{name}.sh"
        script.write_text(f"#!/bin/sh\n: >> '{self.canary}/{name}'\n", encoding="utf-8")
        script.chmod(0o755)
        return str(script)

    @property
    def fired(self) -> list[str]:
        """Names of the canaries that something left."""
        return sorted(entry.name for entry in self.canary.iterdir())

    def environment(self, **more: str) -> dict[str, str]:
        """The caller's environment without what steers git or the program."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(_NOISE)}
        env.update(HOME=str(self.home), TMPDIR=str(self.temporary), XDG_CACHE_HOME=os.environ["XDG_CACHE_HOME"])
        return {**env, **more}

    def git(self, *arguments: str, at: Path | None = None, check: bool = True, **more: Any) -> str:
        """Run plain git as a careless program would, with everything the repository configures."""
        who = {
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": "2026-01-05T12:00:00Z",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_COMMITTER_DATE": "2026-01-05T12:00:00Z",
        }
        env = self.environment(GIT_CONFIG_NOSYSTEM="1", **who) | more.pop("env", {})
        done = subprocess.run(
            ["git", *arguments],
            cwd=at or self.repo,
            env=env,
            capture_output=True,
            check=False,
            **{"timeout": 60, **more},
        )
        if check:
            assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8", "replace").strip()

    def init(self, at: Path | None = None, *options: str) -> Path:
        """Make a repository."""
        folder = at or self.repo
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options, str(folder))
        return folder

    def commit(
        self, files: Mapping[str, str | bytes] | None = None, text: str = "Change", at: Path | None = None
    ) -> str:
        """Write files, commit everything, and return the commit's id."""
        folder = at or self.repo
        for name, content in (files or {}).items():
            write(folder / name, content)
        self.git("add", "-A", at=folder)
        self.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", text, at=folder)
        return self.git("rev-parse", "HEAD", at=folder)

    def start(self, files: Mapping[str, str | bytes] | None = None, at: Path | None = None) -> Path:
        """Make a repository of two commits."""
        folder = self.init(at)
        self.commit({"README.md": "# Thing\n\nWhat it does.\n", **(files or {})}, "First", folder)
        self.commit({"a.txt": "one\n"}, "Second (#2)", folder)
        return folder

    def run(self, *arguments: str, timeout: float = 60, at: Path | None = None, **env: str) -> Run:
        """Run the program once."""
        done = subprocess.run(
            [QMSLINT, *arguments],
            cwd=at or self.home,
            env=self.environment(**env),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def examine(self, *options: str, path: Path | None = None, timeout: float = 60, **env: str) -> Run:
        """Examine in all formats at once, and hold the run against every promise."""
        self.count += 1
        files = {name: self.out / f"{self.count}.{name}" for name in sorted(FORMATS)}
        asked = [part for name, file in files.items() for part in ("-o", f"{name}:{file}")]
        before = self.inventory()
        run = self.run("check", str(path or self.repo), *options, *asked, timeout=timeout, **env)
        for name, file in files.items():
            if file.exists():
                run.outputs[name] = file.read_bytes().decode("utf-8")
        self.keep(run, before)
        return run

    def command(self, *arguments: str, timeout: float = 60, **env: str) -> Run:
        """Run any command inside the repository, and hold the run against every promise."""
        before = self.inventory()
        run = self.run(*arguments, timeout=timeout, at=self.repo, **env)
        self.keep(run, before)
        return run

    def keep(self, run: Run, before: Mapping[str, tuple[Any, ...]]) -> None:
        """Hold one run against every promise."""
        assert self.fired == [], "something of the repository was run"
        assert run.code in (0, 1, 2, 4), run.stderr
        assert "Traceback" not in run.everything
        assert SECRET not in run.everything, "something outside the repository was read"
        texts = {**run.outputs, "stdout": run.stdout, "stderr": run.stderr}
        if "github" in texts:
            texts["github"] = ANNOTATION.sub("", texts["github"])
        for text in texts.values():
            assert not CONTROL.search(text), CONTROL.search(text)
            assert not COMMAND.search(text), COMMAND.search(text)
            assert not PASSWORD.search(text), PASSWORD.search(text)
        after = self.inventory()
        changed = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
        assert not changed, f"changed: {changed}"
        assert not list(self.temporary.iterdir()), "temporary files stayed behind"
        if run.code in (2, 4) and not run.stdout:
            assert run.stderr.startswith(("qmslint: ", "Usage:")), run.stderr

    def inventory(self) -> dict[str, tuple[Any, ...]]:
        """Return everything on the ground and at home: names, modes, owners, times, contents."""
        found: dict[str, tuple[Any, ...]] = {}
        todo = [self.base / "ground", self.home]
        while todo:
            here = todo.pop()
            for entry in os.scandir(here):
                info = entry.stat(follow_symlinks=False)
                found[entry.path] = (info.st_mode, info.st_uid, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
                found[entry.path] += (_content(entry.path, info),)
                if stat.S_ISDIR(info.st_mode) and len(entry.path) < 3000:
                    todo.append(Path(entry.path))
        return found


def _content(path: str, info: os.stat_result) -> str:
    if stat.S_ISLNK(info.st_mode):
        return os.readlink(path)
    if stat.S_ISREG(info.st_mode) and info.st_size < 32 << 20:
        with open(path, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    return ""


def write(path: Path, content: str | bytes) -> None:
    """Write a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))
