"""Which documents are controlled ones, and what each of them states about itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.codeowners import ownership
from qmslint.facts.dates import parse_date
from qmslint.facts.document_index import index
from qmslint.facts.document_register.head_line import in_head_line
from qmslint.facts.document_register.model import Entry, Said, State
from qmslint.facts.documents import Found, best, find, spec
from qmslint.facts.lexicon import Lexicon, is_unfilled
from qmslint.facts.markup import Document, document, fold, normal
from qmslint.facts.parts import Part, parts, title_of
from qmslint.facts.placeholders import unfilled
from qmslint.facts.sentences import sentences
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import regex

LIMIT = 400
"""Documents of one register."""
_HEAD = 80
"""Lines from the beginning in which labels are about the document itself."""
_VERSION = regex(r"\d|^[A-Z]\b")
_NUMBER = regex(
    r"(?<![\d.])(\d{1,3})\s*[- ]?\s*(month|monat|mois|mes|week|woche|semaine|semana|year|jahr|an|año|ano|day|tag|jour|dia|día)",
    re.I,
)
_FACTORS = {"w": 7 / 30.4375, "s": 7 / 30.4375, "y": 12.0, "j": 12.0, "a": 12.0, "d": 1 / 30.4375, "t": 1 / 30.4375}
_PATH = regex(r"[\w./-]{1,160}\.(?:md|markdown|rst|adoc|asciidoc|org|txt)\b")


@fact
def controlled(scan: Scan) -> tuple[Entry, ...]:
    """Return the controlled documents with what they state about themselves, by path; no history is looked at."""
    words = scan.words("register")
    hosting = frozenset(words["hosted"])
    single: dict[str, tuple[list[str], Found | None]] = {}
    for key in words["keys"]:
        for item in find(scan, key):
            hosted = not item.whole and key in hosting
            if (item.whole or hosted) and item.how != "template" and _counts(scan, item):
                keys = single.setdefault(item.path, ([], item))[0]
                keys += [] if key in keys else [key]
    for path in _in_folders(scan):
        single.setdefault(path, ([], None))
    return tuple(_entry(scan, path, tuple(keys), found) for path, (keys, found) in sorted(single.items())[:LIMIT])


def _counts(scan: Scan, item: Found) -> bool:
    place = index(scan).places.get(item.path)
    if place is not None and (place.dated or place.record):
        return item.how == "declared"
    if posixpath.basename(item.path) in scan.words("register", "plain"):
        return False
    return item.substantial or "template" in item.weak


def _in_folders(scan: Scan) -> list[str]:
    wanted = frozenset(scan.words("register", "folders"))
    least = int(scan.words("documents", "words"))
    found = []
    for place in index(scan).places.values():
        segments = place.folder.replace("_", "-").replace(" ", "-").split("/")
        name = posixpath.basename(place.name)
        if not wanted & set(segments) or place.record or place.dated or name in ("readme", "index"):
            continue
        parsed = document(scan, place.path)
        if parsed is not None and (parsed.words >= least or any(len(table.rows) >= 3 for table in parsed.tables)):
            found.append(place.path)
    return found


@fact
def _lexicon(scan: Scan) -> Lexicon:
    return Lexicon({name: tuple(map(str, labels)) for name, labels in scan.words("register", "labels").items()})


@fact
def entry_of(scan: Scan, path: str) -> Entry | None:
    """Return what any document states about itself, ``None`` where it cannot be read."""
    known = next((entry for entry in controlled(scan) if entry.path == path), None)
    if known is not None:
        return known
    return _entry(scan, path, (), None) if document(scan, path) is not None else None


def _entry(scan: Scan, path: str, keys: tuple[str, ...], found: Found | None) -> Entry:
    parsed = document(scan, path)
    assert parsed is not None
    said = _statements(scan, parsed)
    interval, own = _interval(scan, keys, said)
    due = said.get("due")
    state, state_said, successor = _state(scan, parsed, said)
    return Entry(
        path=path,
        keys=keys,
        title=title_of(parsed),
        words=parsed.words,
        found=found,
        owner=said.get("owner") or _code_owner(scan, path),
        author=said.get("author"),
        identifier=said.get("identifier"),
        version=said.get("version"),
        date=said.get("date"),
        reviewed=said.get("reviewed"),
        approved_by=said.get("approved_by"),
        approved_on=said.get("approved_on"),
        state=state,
        state_said=state_said,
        successor=successor,
        interval=interval,
        own_interval="stated next review" if due and due.on else own,
        due_stated=due.on if due else None,
    )


_NEAR = 3
"""Lines between the name of an approver and the date of the text."""


def _statements(scan: Scan, parsed: Document) -> dict[str, Said]:
    """Return the first usable statement of each sort: front matter, labels and tables at the head, a revision table."""
    lexicon = _lexicon(scan)
    found: dict[str, Said] = {}
    several = in_head_line(parsed, lexicon)
    # The first label of such a line would take the whole of it for its answer.
    taken = {said.line for _, said in several}
    found_parts = parts(parsed, lexicon)
    for part in found_parts:
        if part.name and part.form == "front":
            _add(found, part.name, _said(parsed.path, part))
    for name, said in several:
        _add(found, name, said)
    for part in found_parts:
        late = part.line > _HEAD and not part.name.startswith("approved")
        if part.name and part.form not in ("heading", "front") and not late and part.line not in taken:
            _add(found, part.name, _said(parsed.path, part))
    for name, said in _in_tables(parsed, lexicon):
        _add(found, name, said)
    if "approved_by" not in found and (line := _approval_line(scan, parsed)):
        found["approved_by"] = line
    by = found.get("approved_by")
    if by and by.on and "approved_on" not in found:
        found["approved_on"] = by
    dated = found.get("date")
    if by and dated and "approved_on" not in found and by.path == dated.path and abs(by.line - dated.line) <= _NEAR:
        # Who is named beside the date of a text approved it as of that date.
        found["approved_on"] = dated
    return found


def _add(found: dict[str, Said], name: str, said: Said | None) -> None:
    if said is None or name in found:
        return
    if name in ("date", "reviewed", "due", "approved_on") and said.on is None:
        # `Review: every year` is an interval, whatever column it stands in.
        if name == "reviewed":
            found.setdefault("interval", said)
        return
    if name == "version" and not _VERSION.search(said.text):
        return
    found[name] = said


def _said(path: str, part: Part) -> Said | None:
    text = " ".join(part.text.split("\n", 1)[0].split()).lstrip(":*_ ")[:160]
    if is_unfilled(text):
        return None
    return Said(text, path, part.line, part.form, parse_date(text, end=part.name == "due"))


def _in_tables(parsed: Document, lexicon: Lexicon) -> list[tuple[str, Said]]:
    """Return what the newest row of a table of revisions, or the only row of a head of a document, says."""
    found = []
    for table in parsed.tables:
        names = {i: name for i, cell in enumerate(table.header) if (name := lexicon.exact(cell.strip("*: ")))}
        known = set(names.values())
        if (
            len(known & {"version", "date", "approved_by", "approved_on", "author", "owner", "reviewed"}) < 2
            or not table.rows
        ):
            continue
        if len(table.rows) > 1 and not {"version", "date"} & known:
            continue
        dated = [(_date_in(row.cells, names) or date.min, -at, row) for at, row in enumerate(table.rows[:200])]
        _, _, row = max(dated, key=lambda item: item[:2])
        for at, name in names.items():
            text = row.cells[at].strip() if at < len(row.cells) else ""
            if is_unfilled(text):
                continue
            day = parse_date(text, end=name == "due")
            if name == "approved_by" and day is None and "approved_on" not in known:
                # The approver of a version approved it on the version's date.
                day = _date_in(row.cells, names)
            found.append((name, Said(text[:160], parsed.path, row.line, "table", day)))
    return found


def _date_in(cells: tuple[str, ...], names: Mapping[int, str]) -> date | None:
    days = [parse_date(cells[at]) for at, name in names.items() if name in ("date", "approved_on") and at < len(cells)]
    return max((day for day in days if day), default=None)


def _approval_line(scan: Scan, parsed: Document) -> Said | None:
    test = any_of(scan.words("register", "approval_lines"))
    for line in parsed.prose:
        match = test.search(line.text[:400])
        if match:
            named = next((group for group in match.groups() if group), "").strip(" .*_")
            if not is_unfilled(named):
                return Said(named[:120], parsed.path, line.line, "line", parse_date(line.text))
    return None


def _code_owner(scan: Scan, path: str) -> Said | None:
    rules = ownership(scan).owned.get(path, ())
    if not rules:
        return None
    return Said(", ".join(rules[0].owners[:5]), rules[0].path, rules[0].line, "code owners")


def _interval(scan: Scan, keys: tuple[str, ...], said: Mapping[str, Said]) -> tuple[int, str]:
    stated = said.get("interval")
    if stated:
        plain = normal(stated.text)
        if any(fold(word) in plain for word in scan.words("register", "on_change")):
            return 0, f"stated: {stated.text}"
        months = _months(scan, stated.text)
        if months:
            return months, f"stated: {stated.text}"
    own = [scan.settings.intervals[key] for key in keys if key in scan.settings.intervals]
    if own:
        return min(own), "intervals of the configuration"
    defaults = scan.words("register", "intervals")
    return min((int(defaults[key]) for key in keys if key in defaults), default=int(defaults["default"])), ""


def _months(scan: Scan, text: str) -> int:
    plain = fold(text)
    for months, phrases in scan.words("register", "periods").items():
        if any(re.search(rf"\b{re.escape(fold(phrase))}\b", plain) for phrase in phrases):
            return int(months)
    match = _NUMBER.search(text)
    if not match:
        return 0
    unit = match[2].lower()
    factor = 1.0 if unit.startswith(("mon", "moi", "mes")) else _FACTORS.get(unit[0], 1.0)
    return max(1, round(int(match[1]) * factor))


def _state(scan: Scan, parsed: Document, said: Mapping[str, Said]) -> tuple[State, Said | None, str]:
    words: Mapping[str, Any] = scan.words("register", "states")
    status = said.get("status")
    gone, draft = any_of(words["superseded"], False), any_of(words["draft"], False)
    title = title_of(parsed)
    head = [line for line in parsed.prose[:6] if line.line <= 12 and len(line.text) <= 200]
    if status and (gone.search(status.text) or draft.search(status.text)):
        state: State = "superseded" if gone.search(status.text) else "draft"
        return state, status, _successor(parsed, status.line)
    banner = compile_pattern(
        r"(?i)^\W{0,6}(?:status\W{1,4})?(?:this (?:document|page|procedure|policy) (?:is|has been|was) )?(?:superseded|obsolete|withdrawn|retired|archived|replaced by|ersetzt durch|ungültig|remplacé|sustituid)"
    )
    for line in head:
        if banner.search(line.text):
            said_here = Said(line.text[:120], parsed.path, line.line, "banner")
            return "superseded", said_here, _successor(parsed, line.line)
    if gone.search(title) and re.search(r"[(\[]", title):
        return "superseded", Said(title, parsed.path, 1, "title"), ""
    marks = unfilled(scan, parsed.path, 1, parsed.lines)
    if marks and marks[0].whole:
        return "template", Said(marks[0].what, parsed.path, marks[0].line, "template"), ""
    return "in force", status, ""


def _successor(parsed: Document, line: int) -> str:
    near = [link.target for link in parsed.links if abs(link.line - line) <= 2 and not link.image]
    if near:
        return near[0]
    text = next((p.text for p in parsed.prose if p.line == line), "")
    match = _PATH.search(text)
    return match[0] if match else ""


@fact
def git_is_version(scan: Scan) -> Said | None:
    """Return where it is written that git keeps the version, date or author of documents."""
    test = any_of(scan.words("register", "git_is_version"), False)
    entries = [entry.path for entry in controlled(scan)]
    readme = best(scan, "readme")
    for path in [*entries, *([readme.path] if readme else [])]:
        parsed = document(scan, path)
        for line in sentences(parsed) if parsed else ():
            match = test.search(line.text[:600])
            # A guide to version control is no statement about documents.
            if match and re.search(
                r"(?i)document|dokument|procedure|policy|polic|page|handbook|handbuch|qms", line.text[:600]
            ):
                return Said(line.text[:160], path, line.line, "statement")
    return None


def single_keys(scan: Scan) -> tuple[str, ...]:
    """Return the keys of which only one document in force makes sense."""
    return tuple(key for key in scan.words("register", "single") if spec(scan, key))
