"""Make small repositories from a description, for the cases of rules and for tests."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from qmslint.errors import RepoError
from qmslint.quick import dataclass
from qmslint.repo.gitcmd import Git

PEOPLE: Mapping[str, str] = {
    name: f"{name} Example <{name.lower()}@example.org>"
    for name in ("Ada", "Grace", "Linus", "Margaret", "Edsger", "Barbara")
}
"""Short names that descriptions may use for people."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a history.

    Parameters
    ----------
    kind : str
        ``commit``, ``merge`` (of a topic branch of one commit) or ``tag``.
    text : str
        Message, or the tag's name.
    when : int
        Seconds since 1970.
    author, committer : str
        ``Name <mail>``; for a merge the merger; for a tag the tagger, empty for a lightweight one.
    files : mapping of str to bytes or None
        Files written or, with ``None``, removed.
    topic_author, topic_text : str
        Of the merged commit.
    branch : str
        Where it happens.
    age : int
        Seconds between writing and committing it, as where it was put on another commit than it was written on.
    """

    kind: Literal["commit", "merge", "tag"]
    text: str
    when: int
    author: str
    committer: str = ""
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    topic_author: str = ""
    topic_text: str = ""
    message: str = ""
    branch: str = "main"
    age: int = 0


def person(name: str) -> str:
    """Return ``Name <mail>`` for a short name, or the text itself when it already has an address."""
    return name if "<" in name else PEOPLE.get(name, f"{name} <{name.lower()}@example.org>")


def moment(text: str) -> int:
    """Return noon UTC of an ISO date, or the moment of an ISO date and time, in seconds since 1970."""
    when = datetime.fromisoformat(text if "T" in text else f"{text}T12:00:00")
    return int(when.replace(tzinfo=when.tzinfo or UTC).timestamp())


def git_version() -> str:
    """Return the version of the git program that would be used."""
    with tempfile.TemporaryDirectory(prefix="qmslint-") as folder:
        said = Git(Path(folder), Path(folder) / "nowhere").run("--version")
    return said.decode("utf-8", "replace").strip().removeprefix("git version ")


def build(folder: Path, steps: Sequence[Step], cut: int = 0) -> Path:
    """Make a bare repository in ``folder`` with the given history on branch ``main``.

    Parameters
    ----------
    folder : Path
        An empty or missing directory.
    steps : sequence of Step
        In order of time.
    cut : int
        Make it look like a shallow clone of this many first-parent commits; 0 for a whole clone.
    """
    for part in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n", encoding="ascii")
    (folder / "empty").write_bytes(b"")
    git = Git(folder, folder / "nowhere")
    process = git.open("fast-import", "--quiet", "--done")
    _, _ = process.communicate(_stream(steps))
    if process.returncode:
        raise RepoError("the description of the repository cannot be imported")
    if cut:
        line = git.run("rev-list", "--first-parent", f"--max-count={cut}", "main").split()
        (folder / "shallow").write_bytes(line[-1] + b"\n")
    return folder


def _stream(steps: Sequence[Step]) -> bytes:
    out = bytearray()
    mark = 0
    tips: dict[str, int] = {}
    for step in steps:
        parent = tips.get(step.branch) or (tips.get("main") if step.branch != "main" else None)
        if step.kind == "tag":
            out += _tag(step, parent or 0)
            continue
        merged = 0
        if step.kind == "merge":
            mark += 1
            merged = mark
            out += _commit(
                "refs/heads/topic", mark, step.topic_author, step.topic_author, step.when - 3600,
                step.topic_text, parent, 0, step.files,
            )  # fmt: skip
        mark += 1
        files = {} if merged else step.files
        committer = step.committer or step.author
        out += _commit(
            f"refs/heads/{step.branch}", mark, step.author, committer, step.when, step.text, parent, merged, files,
            step.age,
        )  # fmt: skip
        if merged:
            out += b"".join(_change(path, content) for path, content in sorted(step.files.items()))
        tips[step.branch] = mark
    if any(step.kind == "merge" for step in steps):
        out += b"reset refs/heads/topic\nfrom 0000000000000000000000000000000000000000\n\n"
    return bytes(out + b"done\n")


def _commit(
    ref: str, mark: int, author: str, committer: str, when: int, text: str,
    parent: int | None, merged: int, files: Mapping[str, bytes | None], age: int = 0,
) -> bytes:  # fmt: skip
    message = text.encode("utf-8", "surrogateescape")
    head = (
        f"commit {ref}\nmark :{mark}\nauthor {author} {when - age} +0000\n"
        f"committer {committer} {when} +0000\ndata {len(message)}\n"
    ).encode("utf-8", "surrogateescape")
    out = head + message + b"\n"
    if parent:
        out += b"from :%d\n" % parent
    if merged:
        out += b"merge :%d\n" % merged
    return out + b"".join(_change(path, content) for path, content in sorted(files.items()))


def _change(path: str, content: bytes | None) -> bytes:
    name = path.encode("utf-8", "surrogateescape")
    if content is None:
        return b"D %s\n" % name
    return b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(content), content)


def _tag(step: Step, target: int) -> bytes:
    if not step.author:
        return f"reset refs/tags/{step.text}\nfrom :{target}\n\n".encode()
    message = (step.message or step.text).encode("utf-8")
    head = f"tag {step.text}\nfrom :{target}\ntagger {step.author} {step.when} +0000\ndata {len(message)}\n"
    return head.encode() + message + b"\n"
