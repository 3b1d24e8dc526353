"""A file per directory: the OWNERS of Prow (YAML) and of Chromium and Gerrit (text)."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import Any

from qmslint.errors import QmslintError
from qmslint.facts.base import Scan
from qmslint.facts.codeowners.model import Mistake, OwnerRule, Ownership
from qmslint.facts.sources import evidence_paths
from qmslint.lineyaml import Map, load
from qmslint.quick import regex

_GLOBS = ("**/OWNERS",)
_ALIASES = ("/OWNERS_ALIASES",)
_FILES = 5000
_MAIL = regex(r"[^\s@<>#]{1,100}@[^\s@<>#]{1,150}")
_PER_FILE = regex(r"per-file\s+([^=]{1,400})=\s*(.*)")
_FILE = regex(r"(?:file:|include\s+)\s*(//|/)?(\S+)")


@dataclass(slots=True)
class _Directory:
    rules: list[OwnerRule] = field(default_factory=list)
    alone: bool = False
    names: dict[str, list[OwnerRule]] = field(default_factory=dict)


def read(scan: Scan) -> Ownership | None:
    """Return who owns what by the OWNERS files of directories, ``None`` when there are none."""
    paths = evidence_paths(scan, _GLOBS)[:_FILES]
    texts = {path: text for path in paths if (text := scan.text(path)) is not None}
    prow = {path for path, text in texts.items() if re.search(r"(?m)^[ \t]*(?:approvers|reviewers|filters):", text)}
    chromium = {path for path, text in texts.items() if path not in prow and _looks_like_chromium(text)}
    if not prow and not chromium:
        return None
    dialect = "prow" if len(prow) >= len(chromium) else "chromium"
    chosen = sorted(prow if dialect == "prow" else chromium)
    mistakes: list[Mistake] = []
    aliases = _aliases(scan) if dialect == "prow" else {}
    directories = {}
    for path in chosen:
        folder = posixpath.dirname(path)
        if dialect == "prow":
            directories[folder] = _prow(scan, path, texts[path], aliases)
        else:
            directories[folder] = _chromium(path, texts, mistakes)
    owned = _resolve(scan, directories)
    rules = tuple(
        rule for d in directories.values() for rule in (*d.rules, *(r for rs in d.names.values() for r in rs))
    )
    return Ownership(dialect, tuple(chosen), rules, tuple(mistakes), (), owned)


def _looks_like_chromium(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    known = [
        line
        for line in lines
        if line == "*"
        or line.startswith(("set noparent", "per-file", "file:", "include "))
        or _MAIL.fullmatch(line.split()[0])
    ]
    return bool(lines) and len(known) * 5 >= len(lines) * 4


def _aliases(scan: Scan) -> dict[str, tuple[str, ...]]:
    for path in evidence_paths(scan, _ALIASES):
        data = _yaml(scan, path, scan.text(path) or "")
        groups = data.get("aliases") if isinstance(data, dict) else None
        if isinstance(groups, dict):
            return {str(name).lower(): _names(members) for name, members in groups.items()}
    return {}


def _yaml(scan: Scan, path: str, text: str) -> Any:
    try:
        return load(text, path)
    except QmslintError as error:
        scan.problem(path, "PARSE_ERROR", f"it is not valid YAML: {error}")
        return {}


def _names(value: Any) -> tuple[str, ...]:
    return (
        tuple("@" + str(item).lstrip("@") for item in value if isinstance(item, (str, int)))
        if isinstance(value, list)
        else ()
    )


def _prow(scan: Scan, path: str, text: str, aliases: dict[str, tuple[str, ...]]) -> _Directory:
    data = _yaml(scan, path, text)
    found = _Directory()
    if not isinstance(data, dict):
        return found
    options = data.get("options")
    found.alone = isinstance(options, dict) and options.get("no_parent_owners") is True
    filters = data.get("filters")
    filters = filters if isinstance(filters, dict) else {}
    folder = posixpath.dirname(path) or "/"
    for pattern, body in [("", data), *filters.items()]:
        if not isinstance(body, dict):
            continue
        members = [m for name in _names(body.get("approvers")) for m in aliases.get(name[1:].lower(), (name,))]
        if members:
            line = body.line_of("approvers") if isinstance(body, Map) else 1
            rule = OwnerRule(path, line, folder, tuple(dict.fromkeys(members)), section=str(pattern))
            if pattern in ("", ".*"):
                found.rules.append(replace(rule, section=""))
            else:
                found.names.setdefault(str(pattern), []).append(rule)
    return found


def _chromium(path: str, texts: dict[str, str], mistakes: list[Mistake], depth: int = 3) -> _Directory:
    found = _Directory()
    folder = posixpath.dirname(path) or "/"
    people: dict[str, int] = {}
    for number, raw in enumerate(texts[path].splitlines(), 1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        if line.startswith("set noparent"):
            found.alone = True
        elif match := _PER_FILE.match(line):
            names = tuple(_MAIL.findall(match[2]))
            rule = OwnerRule(path, number, folder, names)
            for glob in match[1].split(","):
                if names:
                    found.names.setdefault("glob:" + glob.strip(), []).append(rule)
        elif match := _FILE.match(line):
            target = match[2] if match[1] else posixpath.normpath(posixpath.join(posixpath.dirname(path), match[2]))
            if target in texts and target != path and depth:
                for rule in _chromium(target, texts, mistakes, depth - 1).rules:
                    people.update(dict.fromkeys(rule.owners, number))
        elif line == "*":
            people["*"] = number
        elif _MAIL.fullmatch(line.split()[0]):
            people[line.split()[0]] = number
        else:
            mistakes.append(Mistake(path, number, f"{line[:60]!r} is not understood"))
    if people:
        found.rules.append(OwnerRule(path, min(people.values()), folder, tuple(people)))
    return found


def _resolve(scan: Scan, directories: dict[str, _Directory]) -> dict[str, tuple[OwnerRule, ...]]:
    """Give every path the owners of its directory and of those above, up to one that stands alone."""
    from qmslint.facts.codeowners.match import Paths, gitignore_like
    from qmslint.patterns import compile_pattern, invalid

    above: dict[str, tuple[OwnerRule, ...]] = {}

    def inherited(folder: str) -> tuple[OwnerRule, ...]:
        if folder not in above:
            own = directories.get(folder)
            rules = tuple(own.rules) if own else ()
            if folder and not (own and own.alone):
                rules += inherited(posixpath.dirname(folder))
            above[folder] = rules
        return above[folder]

    owned = {path: rules for path in scan.snapshot.paths if (rules := inherited(posixpath.dirname(path)))}
    everything = Paths(scan.snapshot.paths)
    for folder, directory in directories.items():
        inside = Paths(everything.below(folder)) if folder else everything
        for pattern, special in list(directory.names.items())[:100]:
            if pattern.startswith("glob:"):
                names = gitignore_like(inside, pattern[5:])
            elif invalid(pattern):
                continue
            else:
                test = compile_pattern(pattern, False)
                names = [p for p in inside.sorted if test.search(p.removeprefix(f"{folder}/" if folder else ""))]
            for name in names:
                owned[name] = (*special, *owned.get(name, ()))
    return owned
