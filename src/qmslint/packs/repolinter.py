"""Read a Repolinter ruleset (version 1 or 2) and say which of its rules can be rules here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from qmslint import lineyaml
from qmslint.errors import PackError, Place
from qmslint.patterns import invalid
from qmslint.quick import dataclass, regex

AREA = "imported"
PACK = "repolinter"
_OWN = MappingProxyType(
    {
        "license-detectable-by-licensee": ("req.licence-declared", "licence text and metadata, and that they agree"),
        "file-no-broken-links": ("doc.reachable", "links between documents of the repository, not those to the web"),
    }
)
_CANNOT = MappingProxyType(
    {
        "apache-notice": "notices are not looked into",
        "best-practices-badge-present": "a badge is a claim, not evidence",
        "file-hash": "digests of single files are not compared",
        "file-hashes-not-exist": "digests of single files are not compared",
        "files-not-hash": "digests of single files are not compared",
        "file-starts-with": "headers of source files are not looked at",
        "file-type-exclusion": "binary files are not looked into, so their absence could not be shown",
        "git-grep-commits": "contents of earlier commits are not searched for patterns",
        "git-grep-log": "commit messages are judged by what they refer to (trace.change-to-ticket)",
        "git-list-tree": "earlier trees are not searched for names",
        "git-regex-tag-names": "tags are judged by release_tags in the configuration",
        "git-working-tree": "the work tree is what is examined",
        "json-schema-passes": "data files are not checked against schemas",
        "large-file": "sizes of files are not judged",
    }
)
_EXTGLOB = regex(r"[!?+*@]\(")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one rule.

    Parameters
    ----------
    name, kind : str
        As the ruleset calls it and its type.
    how : str
        ``maps``, ``partly``, ``covered`` (by a rule there is already) or ``not``.
    rule : str
        Id of the rule here, empty where there is none.
    note : str
        What is different, or why it does not map.
    files : mapping of str to str
        Path below the folder of rules to content.
    """

    name: str
    kind: str
    how: str
    rule: str
    note: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: str
    level: str
    options: Mapping[str, Any]
    where: tuple[str, ...]
    info: str


def convert(text: str, name: str) -> tuple[Imported, ...]:
    """Return what becomes of every rule of a ruleset.

    Raises
    ------
    PackError
        If the file is no ruleset.
    """
    try:
        data = lineyaml.load(text, name)
    except lineyaml.YamlError as error:
        raise PackError(error.message, error.place) from None
    rules = data.get("rules") if isinstance(data, dict) else None
    if not isinstance(rules, dict):
        raise PackError("no Repolinter ruleset: it has no mapping `rules`", Place(name))
    entries = list(_second(rules) if data.get("version") in (2, "2") else _first(rules))
    if not entries:
        raise PackError("no Repolinter ruleset: no rule in it is understood", Place(name))
    known: set[str] = set()
    return tuple(_import(entry, known) for entry in entries)


def pack_text(items: tuple[Imported, ...]) -> str:
    """Return the pack that selects what was imported."""
    rules = "".join(f"  - {item.rule}\n" for item in items if item.rule)
    return f"id: {PACK}\nversion: '1'\ntitle: What a Repolinter ruleset asked for\nrules:\n{rules}"


def _second(rules: Mapping[str, Any]) -> Iterator[_Entry]:
    for name, item in rules.items():
        rule = item.get("rule") if isinstance(item, dict) else None
        if isinstance(rule, dict):
            options = rule.get("options")
            where = item.get("where")
            yield _Entry(
                str(name),
                str(rule.get("type", "")),
                str(item.get("level", "error")),
                options if isinstance(options, dict) else {},
                tuple(str(one) for one in where) if isinstance(where, list) else (),
                str(item.get("policyInfo") or ""),
            )


def _first(rules: Mapping[str, Any]) -> Iterator[_Entry]:
    for language, group in rules.items():
        for key, value in group.items() if isinstance(group, dict) else ():
            name, _, kind = str(key).partition(":")
            parts = value if isinstance(value, list) else [value]
            options = parts[1] if len(parts) > 1 and isinstance(parts[1], dict) else {}
            where = () if language == "all" else (f"language={language}",)
            yield _Entry(name, kind or name, str(parts[0]), options, where, "")


def _import(entry: _Entry, known: set[str]) -> Imported:
    if entry.level == "off":
        return Imported(entry.name, entry.kind, "not", "", "it is switched off", {})
    if entry.kind in _OWN:
        rule, note = _OWN[entry.kind]
        return Imported(entry.name, entry.kind, "covered", rule, note, {})
    if entry.kind in _CANNOT:
        return Imported(entry.name, entry.kind, "not", "", _CANNOT[entry.kind], {})
    globs, notes = _globs(entry.options)
    if not globs:
        return Imported(entry.name, entry.kind, "not", "", "; ".join(notes) or "it names no files", {})
    check, trouble = _check(entry, globs, notes)
    if trouble:
        return Imported(entry.name, entry.kind, "not", "", trouble, {})
    if entry.where:
        notes.append(f"the condition {', '.join(entry.where)} is not kept: it holds for the whole repository")
    rule_id = _rule_id(entry.name, known)
    files = {
        f"{AREA}/{rule_id}.yaml": _rule(entry, rule_id, check),
        f"{AREA}/{rule_id}.cases.yaml": _cases(globs[0], check),
    }
    return Imported(entry.name, entry.kind, "partly" if notes else "maps", rule_id, "; ".join(notes), files)


def _globs(options: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    found: list[str] = []
    notes: list[str] = []
    for name in ("globsAny", "globsAll", "files", "directories", "globs"):
        value = options.get(name)
        for item in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
            glob = str(item)
            if glob.startswith("!"):
                notes.append(f"the exception {glob} is not kept")
            elif _EXTGLOB.search(glob):
                notes.append(f"the path pattern {glob} is not understood")
            else:
                found.append(glob if "/" in glob else f"/{glob}")
    return found, notes


def _check(entry: _Entry, globs: list[str], notes: list[str]) -> tuple[dict[str, Any], str]:
    """Return the check, or why there is none; what is different goes to ``notes``."""
    kind = entry.kind
    if kind in ("directory-existence", "file-or-directory-existence"):
        globs = [*globs, *(f"{glob.rstrip('/')}/**" for glob in globs)]
    files: dict[str, Any] = {"any": globs, "what": entry.name.replace("-", " ")}
    if "contents" in kind:
        pattern = str(entry.options.get("content", ""))
        if not pattern:
            return {}, "it names no pattern"
        if wrong := invalid(pattern):
            return {}, f"its pattern is none that is matched in linear time: {wrong}"
        files["containing"] = pattern if "i" in str(entry.options.get("flags", "")) else f"(?-i:{pattern})"
    if kind in ("file-existence", "directory-existence", "file-or-directory-existence", "any-file-contents"):
        return {"files": files}, ""
    if kind == "file-contents":
        if len(globs) > 1 or "*" in globs[0]:
            notes.append("one matching file is enough here")
        return {"files": files}, ""
    if kind in ("file-not-contents", "files-not-contents", "file-not-exists"):
        notes.append("vendored, generated and binary files are not looked at")
        return {"not": {"of": {"files": files}}}, ""
    return {}, f"there is nothing like {kind!r} here"


def _rule_id(name: str, known: set[str]) -> str:
    short = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:28].strip("-") or "rule"
    candidate, number = f"{AREA}.{short}", 1
    while candidate in known:
        number += 1
        candidate = f"{AREA}.{short}-{number}"
    known.add(candidate)
    return candidate


def _rule(entry: _Entry, rule_id: str, check: Mapping[str, Any]) -> str:
    strict = entry.level == "error"
    title = json.dumps(" ".join(entry.name.replace("-", " ").split())[:78] or rule_id)
    why = " ".join(entry.info.split()) or "A Repolinter ruleset asked for it; write down why it matters here."
    return (
        f"id: {rule_id}\n"
        f"title: {title}\n"
        'clauses: ["7.5.1"]\n'
        "questions: [document]\n"
        f"basis: {'requirement' if strict else 'practice'}\n"
        f"grades: {{default: {'minor' if strict else 'ofi'}}}\n"
        f"why: {json.dumps(why)}\n"
        f"looks_for: {json.dumps(f'What the Repolinter rule {entry.name} ({entry.kind}) looked for.')}\n"
        'fix: "Add what is named, or change this rule."\n'
        f"check: {json.dumps(check)}\n"
    )


def _cases(glob: str, check: Mapping[str, Any]) -> str:
    negated = "not" in check
    files = check["not"]["of"]["files"] if negated else check["files"]
    path = _example(glob)
    words = re.sub(r"^\(\?-i:(.*)\)$", r"\1", files.get("containing", "content"))
    plain = words if re.fullmatch(r"[\w ,.:-]+", words) else ""
    there, absent = ("nonconforming", "conforming") if negated else ("conforming", "nonconforming")
    cases = [{"name": "nothing is there", "expect": absent, "files": {"other.txt": "x"}}]
    if plain and path:
        cases.insert(0, {"name": "it is there", "expect": there, "files": {path: f"{plain}\n"}})
    if negated:
        cases[-1]["survives"] = "the claim is that something is not there"
    return f"cases: {json.dumps(cases)}\n"


def _example(glob: str) -> str:
    """Return a path that a path pattern matches, empty where that cannot be told."""
    text = re.sub(r"\{([^,{}]*)(?:,[^{}]*)?\}", r"\1", glob.strip("/").replace("**/", "").replace("**", "x"))
    text = text.replace("*", "x").replace("?", "x")
    return "" if re.search(r"[\[\]{}]", text) else text
