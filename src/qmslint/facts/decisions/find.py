"""Find decision records, and tell them from templates and from files about something else."""

from __future__ import annotations

import dataclasses
import posixpath
import re
from collections.abc import Iterable, Iterator

from qmslint import lineyaml
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import day_of
from qmslint.facts.decisions.chains import oddities
from qmslint.facts.decisions.many import from_headings, from_tables
from qmslint.facts.decisions.model import Decision, Decisions, Text
from qmslint.facts.decisions.read import number_of, read
from qmslint.facts.decisions.words import Words, status_of, words
from qmslint.facts.lexicon import own_words
from qmslint.facts.markup import Document, document, markup_of, normal
from qmslint.facts.parts import Part, flat, parts, title_of
from qmslint.facts.placeholders import is_scaffold
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

_LIMIT = 3000
"""Files that are looked at."""
_ANNOTATION = regex(r"backstage\.io/adr-location:[ \t]*[\"']?([^\s\"'#]{1,200})")
_STRUCTURIZR = regex(r"^[ \t]*!(?:adrs|decisions)[ \t]+[\"']?([^\s\"']{1,200})", re.M)
_ANSWERED = ("context", "rationale", "options", "consequences")
_WORDS = 15
_COMPANY = 2
"""Numbered decisions in a folder that make its other numbered files decisions, too."""


@fact
def decisions(scan: Scan) -> Decisions:
    """Return the decision records of the repository."""
    lists = scan.words("decisions")
    homes = frozenset(evidence_paths(scan, (*lists["homes"], *_declared(scan))))
    likely = evidence_paths(scan, tuple(lists["likely"]))
    prepared = words(scan)
    found: list[Decision] = []
    templates: list[str] = []
    others: list[str] = []
    beside: dict[str, int] = {}
    for path in sorted({*homes, *likely})[:_LIMIT]:
        if not markup_of(path) or scan.text(path) is None:
            continue
        parsed = document(scan, path)
        assert parsed is not None
        records, form = _in_file(scan, parsed, prepared, path in homes)
        found += records
        if records and len(records) == 1 and number_of(posixpath.basename(path)):
            beside[posixpath.dirname(path)] = beside.get(posixpath.dirname(path), 0) + 1
        if not records:
            (templates if form else others).append(path)
    introduced = {posixpath.dirname(d.path) for d in found if prepared.practice.search(_plain(d.title))}
    for path in _numbered(scan, introduced) if introduced else ():
        if path not in homes and path not in likely and (parsed := document(scan, path)) is not None:
            found += _in_file(scan, parsed, prepared, True)[0]
    for path in [p for p in others if p not in homes and beside.get(posixpath.dirname(p), 0) >= _COMPANY]:
        # A numbered file among numbered decisions is one of them, even when it says less than they do.
        parsed = document(scan, path) if number_of(posixpath.basename(path)) else None
        records = _in_file(scan, parsed, prepared, True)[0] if parsed else []
        if records:
            found += records
            others.remove(path)
    found = _with_git(scan, found)
    practice = [d for d in found if prepared.practice.search(_plain(d.title))]
    records = [d for d in found if d not in practice]
    return Decisions(tuple(records), tuple(practice), tuple(templates), tuple(others), oddities(found))


def _numbered(scan: Scan, folders: set[str]) -> Iterator[str]:
    """Yield the numbered documents beside a record that introduces the practice."""
    for path in evidence_paths(scan, ("**/*[0-9]*.{md,markdown,rst,adoc,asciidoc,org,txt}",)):
        if posixpath.dirname(path) in folders and number_of(posixpath.basename(path)) and markup_of(path):
            yield path


def _declared(scan: Scan) -> Iterator[str]:
    """Yield path patterns of the places that configuration of tools or of the examination names."""
    named = [scan.settings.documents.get("adr", "")]
    named.append((scan.text(".adr-dir") or "").strip())
    for path in scan.glob("/catalog-info.y*ml", "**/catalog-info.y*ml")[:20]:
        named += [_beside(path, place) for place in _ANNOTATION.findall(scan.text(path) or "")]
    for path in scan.glob("**/*.dsl")[:20]:
        named += [_beside(path, place) for place in _STRUCTURIZR.findall(scan.text(path) or "")]
    for place in named:
        place = place.strip("/")
        if place and "://" not in place and ".." not in place and "\n" not in place:
            yield f"/{place}/**"
            yield f"/{place}"


def _beside(path: str, place: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), place))


def _plain(title: str) -> str:
    return normal(title).replace("-", " ")


def _in_file(scan: Scan, parsed: Document, prepared: Words, home: bool) -> tuple[list[Decision], bool]:
    """Return the decisions of one file, and whether it is a form instead."""
    name = posixpath.basename(parsed.path).lower()
    stem = name.split(".", 1)[0]
    title = title_of(parsed)
    unfilled = is_scaffold(scan.text(parsed.path) or "")
    if unfilled or prepared.not_titles.search(title) or prepared.not_titles.search(stem):
        return [], True
    found = parts(parsed, prepared.parts)
    numbered = bool(number_of(name)) and stem not in ("09_architecture_decisions",)
    rows = from_tables(parsed, prepared) if home and not numbered else ()
    if rows:
        return list(rows), False
    if stem in prepared.indexes and not (parsed.path.lower().count("kep") or parsed.path.lower().count("decision-log")):
        return [], False
    many = from_headings(parsed, found, prepared) if home and not _own(found, parsed) else ()
    if many:
        return list(many), False
    if not home:
        # Where other documents lie as well, a heading such as "Design of forms" is no answer to a question.
        found = tuple(part for part in found if part.form != "heading" or prepared.parts.exact(part.title))
    decision = read(parsed, found, prepared, _dialect(parsed.path))
    if decision is None:
        return [], False
    decision = _with_kep(scan, decision, prepared)
    if len(decision.unfilled) >= 2 and not decision.has("outcome"):
        return [], True
    return ([decision] if _is_decision(decision, parsed, home, numbered) else []), False


def _own(found: Iterable[Part], parsed: Document) -> bool:
    """Say whether the file as a whole has a status or an outcome, so that it is one record."""
    level = min((h.level for h in parsed.headings[1:]), default=1)
    sections = [p for p in found if p.form == "heading" and p.level <= level]
    return sum(1 for p in sections if p.name in ("status", "outcome", "context")) >= 2


def _dialect(path: str) -> str:
    lower = path.lower()
    if re.search(r"(?:^|/)(?:text|rfcs?)/\d{4}-", lower):
        return "rfc"
    if "/keps/" in f"/{lower}":
        return "kep"
    return "log4brains" if re.search(r"adr/(?:.*/)?20\d{6}-", lower) else ""


def _is_decision(decision: Decision, parsed: Document, home: bool, numbered: bool) -> bool:
    """Say whether the text shows a decision: one sign is enough in a folder of decisions, elsewhere it needs several."""
    has = decision.parts.__contains__
    if own_words(parsed.text) < _WORDS:
        return False
    argued = any(map(has, _ANSWERED))
    if home:
        return has("outcome") or has("status") or (has("context") and argued) or (numbered and has("date"))
    if decision.dialect in ("rfc", "kep", "pep"):
        return has("context") and (has("outcome") or has("options") or has("status"))
    asked = has("context") or has("rationale")
    return has("outcome") and asked and (has("status") or has("options") or (has("date") and numbered))


def _with_kep(scan: Scan, decision: Decision, prepared: Words) -> Decision:
    """Add what ``kep.yaml`` beside the text says; take an RFC that was merged for accepted."""
    if decision.dialect == "rfc" and not decision.status and number_of(posixpath.basename(decision.path)).strip("0"):
        texts = {**decision.parts, "status": Text("merged, which is how such a document is accepted", decision.line)}
        return dataclasses.replace(decision, status="accepted", parts=texts)
    path = posixpath.join(posixpath.dirname(decision.path), "kep.yaml")
    text = scan.text(path) if decision.dialect == "kep" else None
    if text is None:
        return decision
    try:
        data = lineyaml.load(text, path)
    except lineyaml.YamlError as trouble:
        scan.problem(path, "PARSE_ERROR", f"{trouble.message} ({trouble.place})")
        return decision
    if not isinstance(data, lineyaml.Map):
        return decision
    texts = dict(decision.parts)
    for name, keys in {
        "status": ("status",),
        "date": ("creation-date",),
        "decided_by": ("approvers", "authors"),
    }.items():
        for key in keys:
            if flat(data.get(key)) and name not in texts:
                texts[name] = Text(flat(data.get(key)), data.line_of(key))
    status = status_of(texts["status"].text, prepared) if "status" in texts else decision.status
    return dataclasses.replace(decision, parts=texts, status=status, title=str(data.get("title") or decision.title))


def _with_git(scan: Scan, found: list[Decision]) -> list[Decision]:
    """Let git stand in for a date and a decider: it shows when the record was written, and by whom."""
    if not scan.repo.commit:
        return found
    undated = tuple(sorted({d.path for d in found if d.date is None and d.status in ("proposed", "deferred")}))
    added = _added(scan, undated)
    result = []
    for decision in found:
        lacking = frozenset(name for name in ("date", "decided_by") if name not in decision.parts)
        moment = added.get(decision.path) if decision.date is None else None
        day = day_of(moment) if moment else decision.date
        result.append(dataclasses.replace(decision, by_git=lacking, date=day))
    return result


def _added(scan: Scan, paths: tuple[str, ...]) -> dict[str, int]:
    from qmslint.repo.dates import first_seen
    from qmslint.repo.gitcmd import GitFailed

    try:
        if not paths or scan.history.cut:
            return {}
        return first_seen(scan.repo.git, scan.repo.commit, paths)
    except (GitFailed, Unassessable):
        return {}
