"""Build an example organisation as a git repository and check it.

    python examples/organisations/build.py ORGANISATION [FOLDER]

An organisation is a folder with ``tree/`` (its files as they are today) and ``history.yaml`` (who committed which of them
when); ``{commit:v1.0}`` in a file of the tree stands for the commit of that tag, as exports name it.  ``mutants.yaml`` lists changes as real teams make them, each with the rules whose results must change.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qmslint import lineyaml
from qmslint.patterns import PathSet
from qmslint.repo.build import Step, build, moment, person
from qmslint.repo.gitcmd import Git

HERE = Path(__file__).parent
DAY = 86_400
_NAMED = re.compile(rb"\{commit:([\w.-]{1,60})\}")


@dataclass(frozen=True)
class Organisation:
    """Files, history and the date of the examination."""

    name: str
    files: Mapping[str, bytes]
    steps: tuple[Mapping[str, Any], ...]
    as_of: str
    packs: tuple[str, ...]
    beside: Mapping[str, str]
    """Rules that do not come out conforming or not applicable, with the state they have instead, and why in a comment."""


def load(name: str) -> Organisation:
    """Read the organisation below this folder."""
    folder = HERE / name
    tree = folder / "tree"
    files = {path.relative_to(tree).as_posix(): path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()}
    data = _yaml(folder / "history.yaml")
    packs = tuple(data.get("packs") or ("iso9001",))
    return Organisation(name, files, tuple(data["history"]), data["as_of"], packs, dict(data.get("beside") or {}))


def mutants(name: str) -> list[dict[str, Any]]:
    """Read the mutants of an organisation."""
    return list(_yaml(HERE / name / "mutants.yaml")["mutants"])


def mutate(whole: Organisation, mutant: Mapping[str, Any]) -> Organisation:
    """Return the organisation with one thing broken.

    ``files`` changes what files have held from the day they came in: ``null`` removes one, a text replaces it, and
    ``{replace: {old: new}}`` edits it.  ``steps`` changes fields of named steps, or drops one with ``null``.  ``then`` adds
    steps at the end.
    """
    files = dict(whole.files)
    for path, change in (mutant.get("files") or {}).items():
        if change is None:
            del files[path]
        elif isinstance(change, str):
            files[path] = change.encode()
        else:
            text = files[path].decode()
            for old, new in change["replace"].items():
                if old not in text:
                    raise ValueError(f"{mutant['name']}: {path} does not hold {old!r}")
                text = text.replace(old, new or "")
            files[path] = text.encode()
    steps = []
    edits = dict(mutant.get("steps") or {})
    for step in whole.steps:
        edit = edits.pop(step["name"], {}) if "name" in step else {}
        if edit is not None:
            steps.append({**step, **edit})
    if edits:
        raise ValueError(f"{mutant['name']}: there are no steps {sorted(edits)}")
    return replace(
        whole, files=files, steps=(*steps, *(mutant.get("then") or ())), as_of=mutant.get("as_of", whole.as_of)
    )


def make(whole: Organisation, folder: Path) -> Path:
    """Make a bare repository of the organisation in ``folder``."""
    steps = list(_steps(whole))
    for index, step in enumerate(steps):
        if any(content and b"{commit:" in content for content in step.files.values()):
            steps[index] = _with_commits(step, steps[:index])
    return build(folder, steps)


def _with_commits(step: Step, before: list[Step]) -> Step:
    """Return a step whose files name the commits of tags made before it."""
    with tempfile.TemporaryDirectory() as other:
        git = Git(build(Path(other) / "before", before), Path(other) / "nowhere")

        def commit(match: re.Match[bytes]) -> bytes:
            return git.run("rev-parse", f"{match[1].decode()}^{{commit}}").strip()

        files = {path: content and _NAMED.sub(commit, content) for path, content in step.files.items()}
    return replace(step, files=files)


def _steps(whole: Organisation) -> Iterator[Step]:
    """Turn each described step into one of the history; files nobody takes come in with the first commit."""
    when = moment("2025-01-15")
    given: set[str] = set()
    claimed = PathSet(tuple(whole.files))
    later = {path for step in whole.steps[1:] for path in claimed.match(tuple(step.get("take") or ()))}
    for index, step in enumerate(whole.steps):
        if step.get("on"):
            when = moment(step["on"])
        for turn in range(1, int(step.get("repeat") or 1) + 1):
            if index or turn > 1:
                when = when if step.get("on") and turn == 1 else when + int(step.get("every") or 1) * DAY
            content: dict[str, bytes | None] = {}
            if turn == 1:
                mine = set(claimed.match(tuple(step.get("take") or ())))
                if not index:
                    mine |= set(whole.files) - later
                content = {path: whole.files[path] for path in sorted(mine - given)}
                given |= mine
            for path, text in (step.get("files") or {}).items():
                content[path.format(n=turn)] = text.format(n=turn).encode() if text is not None else None
            yield _step(step, turn, when, content)


def _step(step: Mapping[str, Any], turn: int, when: int, files: Mapping[str, bytes | None]) -> Step:
    def said(key: str, default: str = "") -> str:
        return str(step.get(key) or default).replace("{n}", str(turn))

    if step.get("tag"):
        return Step("tag", said("tag"), when, person(said("by")) if step.get("by") else "", message=said("message"))
    if step.get("merge"):
        return Step(
            "merge", said("merge"), when, person(said("by", "Grace")), files=files,
            topic_author=person(said("topic_by", "Ada")), topic_text=said("topic", "Work on {n}"),
            branch=said("branch", "main"),
        )  # fmt: skip
    committer = person(said("committer")) if step.get("committer") else ""
    author = person(said("by", "Ada"))
    return Step("commit", said("commit"), when, author, committer, files=files, branch=said("branch", "main"))


def _yaml(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = lineyaml.load(path.read_text(encoding="utf-8"), path.name, strict=True)
    return data


def main(arguments: list[str]) -> int:
    """Build one organisation and let the program examine it."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    whole = load(arguments[0])
    with tempfile.TemporaryDirectory() as other:
        folder = make(whole, Path(arguments[1]) if len(arguments) > 1 else Path(other) / whole.name)
        packs = [part for pack in whole.packs for part in ("--pack", pack)]
        command = [sys.executable, "-m", "qmslint", "check", str(folder), "--as-of", whole.as_of, *packs]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
