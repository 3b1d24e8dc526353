"""Read one document as one decision record, whatever its dialect."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from datetime import date

from qmslint.facts.dates import has_date, parse_date
from qmslint.facts.decisions.model import Decision, Text
from qmslint.facts.decisions.words import Words, is_menu, status_of
from qmslint.facts.lexicon import is_unfilled, own_words, refuses
from qmslint.facts.markup import Document
from qmslint.facts.parts import Part, title_of
from qmslint.quick import regex

_NUMBERED = regex(r"(?:[a-z]{2,8}[-_ ]?)?(\d{1,8})(?!\d)", re.I)
_TITLE_NUMBER = regex(
    r"^\W{0,3}(?:\[?(?:adr|rfc|kep|pep|dr|tdr|ard|decision|entscheidung)\b[-_#: ]*)?(\d{1,5})\]?\s*[-.:)–—]*\s+(?=\S)",
    re.I,
)
_STAMP = regex(r"(?<!\d)((?:19|20)\d\d[-_]?(?:0[1-9]|1[0-2])[-_]?(?:0[1-9]|[12]\d|3[01]))(?!\d)")
_REFERENCE = regex(
    r"\b(?:adr|rfc|kep|pep|dr)[-_ #]*\d{1,5}\b|\b\d{3,5}(?=[-_.\]) ])|[\w./-]{3,120}\.(?:md|rst|adoc|org|txt)\b", re.I
)
_NAMED = ("status", "date", "decided_by", "context", "options", "outcome", "consequences", "confirmation", "rationale")
_SECTIONS = frozenset(("context", "options", "outcome", "consequences", "confirmation", "rationale"))
_HEAD = 25


def read(document: Document, found: Sequence[Part], words: Words, dialect: str = "", line: int = 1) -> Decision | None:
    """Return the decision a document records, or ``None`` when nothing of one is filled in.

    Parameters
    ----------
    document : Document
        The record, or the section of a longer document that holds it.
    found : sequence of Part
        Its named parts.
    words : Words
        The vocabulary.
    dialect : str
        What the place or form says about the dialect, if anything.
    line : int
        Where the record begins.
    """
    head = document.headings[0].line if document.headings else 0
    # The title may hold a word such as "decision" without being the section of that name.
    found = [p for p in found if p.form != "heading" or p.line != head or words.parts.exact(p.title)]
    texts, unfilled = _texts(found, words)
    statement = words.y_statement.search(document.text[:20000].replace("\n", " "))
    if statement and "outcome" not in texts:
        texts["outcome"] = Text(" ".join(statement.group(0).split()), line)
        texts.setdefault("context", texts["outcome"])
        dialect = dialect or "y-statement"
    title = _title(document, found)
    status = status_of(texts["status"].text, words) if "status" in texts else ""
    name = posixpath.basename(document.path)
    day = _date(texts, document, name)
    if "date" not in texts and _STAMP.search(name):
        texts["date"] = Text(_STAMP.search(name)[1], line)  # type: ignore[index]
    if not texts and not unfilled:
        return None
    return Decision(
        id=number_of(name) or _title_number(title),
        title=_TITLE_NUMBER.sub("", title).strip() or title,
        status=status,
        date=day,
        parts=texts,
        path=document.path,
        line=line,
        dialect=dialect or dialect_of(texts, found, document),
        supersedes=_references(found, texts, "supersedes"),
        superseded_by=_references(found, texts, "superseded_by"),
        unfilled=unfilled,
    )


def _texts(found: Sequence[Part], words: Words) -> tuple[dict[str, Text], tuple[str, ...]]:
    """Return the filled parts by name, the fullest of several, and the names of those left unfilled."""
    texts: dict[str, Text] = {}
    empty: dict[str, None] = {}
    for part in found:
        exact = part.form != "heading" or part.name in _SECTIONS or words.parts.exact(part.title)
        if part.name not in _NAMED or not exact:
            continue
        if part.name == "status" and part.name in texts:
            continue
        if not _filled(part, words):
            empty[part.name] = None
            continue
        known = texts.get(part.name)
        if known is None or (part.name in _SECTIONS and own_words(part.text) > own_words(known.text)):
            texts[part.name] = Text(part.text, part.line)
    return texts, tuple(name for name in empty if name not in texts)


def _filled(part: Part, words: Words) -> bool:
    text = part.text.strip()
    if part.name == "status":
        return not is_unfilled(text) and not is_menu(text)
    if part.name in ("date", "decided_by"):
        return not is_unfilled(text) and not (refuses(text) and own_words(text) < 2)
    lines = [line for line in text.lower().split("\n") if not any(line.strip().startswith(p) for p in words.prompts)]
    rest = "\n".join(lines)
    if part.name == "outcome" and not is_unfilled(rest):
        # "Use PostgreSQL." is a whole outcome, as is a sentence in a script that writes without spaces.
        return own_words(rest) >= 2 or len(rest.strip()) >= 8
    return not is_unfilled(rest) and (own_words(rest) >= 3 or len(rest.strip()) >= 12)


def _title(document: Document, found: Sequence[Part]) -> str:
    named = next((p.text.strip() for p in found if p.name == "title" and p.form in ("front", "label", "cell")), "")
    title = title_of(document)
    return named.split("\n", 1)[0] if named and (not title or document.markup == "rst") else title


def _date(texts: dict[str, Text], document: Document, name: str) -> date | None:
    """Return the stated date: of the field, of the status, of the head of the text, or of the file's name."""
    stated = [parse_date(texts[key].text) for key in ("date", "status") if key in texts]
    known = [day for day in stated if day]
    if known:
        return max(known)
    for line in document.prose[:_HEAD]:
        if (
            line.line <= _HEAD
            and len(line.text) < 80
            and has_date(line.text)
            and line.text.lower().startswith(("date", "datum"))
        ):
            texts.setdefault("date", Text(line.text, line.line))
            return parse_date(line.text)
    stamp = _STAMP.search(name)
    return parse_date(stamp[1].replace("_", "-")) if stamp else None


def number_of(name: str) -> str:
    """Return the number in a record's file name as written, or an empty string."""
    match = _NUMBERED.match(name)
    return match[1] if match else ""


def _title_number(title: str) -> str:
    match = _TITLE_NUMBER.match(title)
    return match[1] if match else ""


def _references(found: Sequence[Part], texts: dict[str, Text], name: str) -> tuple[str, ...]:
    """Return what is named behind a label of supersession, also inside the status."""
    said = [part.text.split("\n\n", 1)[0] for part in found if part.name == name]
    if "status" in texts:
        mark = (
            r"super\w{1,3}eded by|replaced by|ersetzt durch|remplac\S{1,4} par"
            if name == "superseded_by"
            else r"supersedes|replaces"
        )
        match = re.search(rf"(?:{mark})\b:?(.{{0,200}})", texts["status"].text.replace("\n", " "), re.I)
        said += [match[1]] if match else []
    names = [
        hit for text in said for hit in (_REFERENCE.findall(text[:400] + " ") or [text.strip()[:100]]) if hit.strip()
    ]
    return tuple(dict.fromkeys(" ".join(item.split()) for item in names))


def dialect_of(texts: dict[str, Text], found: Sequence[Part], document: Document) -> str:
    """Name the dialect by its telling parts."""
    titles = {" ".join(part.title.lower().split()) for part in found}
    if "pep" in document.front or any(part.name == "number" and part.title.lower().startswith("pep") for part in found):
        return "pep"
    if "decision outcome" in titles or "considered options" in titles:
        front = {part.title.lower() for part in found if part.form == "front"}
        return "madr 4" if "decision-makers" in front or "confirmation" in titles else "madr 3" if front else "madr 2"
    if "positions" in titles or "implications" in titles:
        return "tyree"
    if any("rfc pr" in line.text.lower() for line in document.prose[:_HEAD]) or "drawbacks" in titles:
        return "rfc"
    if "outcome" in texts and "consequences" in texts:
        return "nygard"
    return "other"
