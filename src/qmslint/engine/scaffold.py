"""Starting documents: in the project's own place and style, and reported as unfilled until a person filled them."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from qmslint import kinds
from qmslint.engine.findings import day_of
from qmslint.engine.markups import FORMS, Form
from qmslint.errors import UsageError
from qmslint.facts.base import Scan
from qmslint.facts.decisions import decisions
from qmslint.facts.document_index import index
from qmslint.facts.documents import keys, spec
from qmslint.facts.placeholders import SCAFFOLD
from qmslint.facts.records.words import kind_of
from qmslint.model.rule import Check, Rule
from qmslint.quick import dataclass, regex

_TODO = "TODO"
_NUMBER = regex(r"(?:^|-)(\d{3,4})[-_.]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to start from, and where it belongs."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a document has to hold: paragraphs by heading, and a table where it is a register."""

    title: str
    sections: tuple[tuple[str, str], ...]
    columns: tuple[str, ...] = ()
    hint: str = ""


def draft(scan: Scan, name: str, rule: Rule | None) -> Draft:
    """Return a starting document.

    Parameters
    ----------
    scan : Scan
        The repository whose places and style are followed.
    name : str
        Id of a rule, key of a document, or kind of a record.
    rule : Rule or None
        The rule of that id, where ``name`` is one.

    Raises
    ------
    UsageError
        If no document closes the rule, or there is no document of that name.
    """
    if rule is None:
        return _of_name(scan, name)
    for check in _inside(rule.check):
        params = check.params
        if check.kind == "document":
            return _document(scan, params.key, (*params.must, *params.topics), rule)
        if check.kind == "checklist":
            return _document(scan, params.keys[0], (), rule)
        if check.kind == "decisions":
            return _decision(scan, rule)
        record_kinds = getattr(params, "kinds", None) or ((params.kind,) if hasattr(params, "kind") else ())
        if record_kinds:
            return _record(scan, record_kinds[0], _wanted(params), rule)
    raise UsageError(f"no document closes {rule.id}", hint=f"what does: {' '.join(rule.guide.fix.split())}")


def _of_name(scan: Scan, name: str) -> Draft:
    if name in ("adr", "decision"):
        return _decision(scan, None)
    if name in scan.words("records", "kinds"):
        return _record(scan, name, (), None)
    if name in keys(scan):
        return _document(scan, name, (), None)
    known = sorted({*keys(scan), *scan.words("records", "kinds"), "adr"})
    raise UsageError(f"there is no rule and no document {name!r}", hint=f"documents: {', '.join(known)}")


def _inside(check: Check) -> Iterator[Check]:
    yield check
    for inner in kinds.inside(check):
        if check.kind != "not":
            yield from _inside(inner)


def _wanted(params: Any) -> tuple[str, ...]:
    """Return the fields or elements a check asks for, with one of each group of alternatives."""
    for name in ("fields", "elements"):
        value = getattr(params, name, None)
        if value:
            parts = [str(item) for item in value]
            return tuple(dict.fromkeys(field for part in parts for field in part.split("|")[0].split("+")))
    return (params.field,) if getattr(params, "field", "") else ()


def _document(scan: Scan, key: str, topics: Iterable[str], rule: Rule | None) -> Draft:
    title = key.replace("-", " ").capitalize()
    parts = dict.fromkeys(topic.split("|")[0] for topic in topics)
    sections = [(_heading(topic), f"say what holds here for {topic.replace('-', ' ')}") for topic in parts]
    sections = sections or [
        ("Purpose", "say what this is for and whom it concerns"),
        ("What holds", "say what is done"),
    ]
    form, folder, case = _style(scan)
    top = scan.words("documents", "top_files").get(key)
    if top:
        path = f"{top}{form.ending}" if "/" not in top else top
    else:
        path = posixpath.join(folder, case(_file_name(scan, key)) + form.ending)
    return Draft(path, _text(form, _Plan(title, tuple(sections), hint=_hint(rule))))


def _record(scan: Scan, kind: str, wanted: tuple[str, ...], rule: Rule | None) -> Draft:
    what = kind_of(scan, kind)
    form, folder, case = _style(scan)
    title = kind.replace("-", " ").capitalize()
    stem = next(name for glob in what.globs if (name := _plain_name(glob)) and "/" not in name and not name.isdigit())
    if what.row:
        fields = wanted or (*(group[0] for group in what.row), "owner", "status", "date")
        columns = tuple(dict.fromkeys(("id", *fields)))
        plan = _Plan(f"{title} register", (), tuple(_heading(c) for c in columns), _hint(rule))
        return Draft(posixpath.join(folder, case(stem) + form.ending), _text(form, plan))
    parts = dict.fromkeys(("participants", *wanted, *(sorted(what.file.core) if what.file else ())))
    day = day_of(scan.as_of)
    sections = tuple((_heading(part), f"write down the {part.replace('_', ' ')}") for part in parts)
    text = _text(form, _Plan(f"{title} {day}", sections, hint=_hint(rule)), owner=False)
    return Draft(posixpath.join(folder, f"{case(stem)}-{day}{form.ending}"), text)


def _decision(scan: Scan, rule: Rule | None) -> Draft:
    """Return the next decision record, beside the others and with the next number."""
    found = [record.path for record in decisions(scan).records]
    form, folder, _ = _style(scan)
    home = Counter(posixpath.dirname(path) for path in found).most_common(1)
    place = home[0][0] if home else posixpath.join(folder, "decisions")
    if found:
        form = FORMS.get(posixpath.splitext(found[0])[1], form)
    numbers = [int(match[1]) for path in found if (match := _NUMBER.search(posixpath.basename(path)))]
    number = max(numbers, default=0) + 1
    sections = (
        ("Status", "proposed or accepted"),
        ("Date", "the day of the decision"),
        ("Deciders", "who decided"),
        ("Context", "say what made a decision necessary"),
        ("Considered options", "list what was weighed against what"),
        ("Decision outcome", "say what was chosen, and because of what"),
        ("Consequences", "say what becomes easier and what harder"),
    )
    text = _text(form, _Plan(f"{_TODO}: title of decision {number}", sections, hint=_hint(rule)), owner=False)
    return Draft(posixpath.join(place, f"{number:04d}-title{form.ending}"), text)


def _text(form: Form, plan: _Plan, owner: bool = True) -> str:
    lines = [form.title(plan.title), form.comment(SCAFFOLD)]
    if plan.hint:
        lines.append(form.comment(plan.hint))
    if owner:
        lines.append(f"Owner: {_TODO}\n")
        lines.append(f"Last reviewed: {_TODO}\n")
    if plan.columns:
        lines.append(form.table(plan.columns, [_TODO] * len(plan.columns)))
    for heading, task in plan.sections:
        lines += [form.heading(heading), f"{_TODO}: {task}\n"]
    return "\n".join(lines)


def _style(scan: Scan) -> tuple[Form, str, Any]:
    """Return the markup, the folder and the way of writing names that the project's documents have."""
    places = [place for place in index(scan).places.values() if place.folder.count("/") < 2]
    endings = Counter(posixpath.splitext(place.path)[1].lower() for place in places)
    ending = next((end for end, _ in endings.most_common() if end in FORMS), ".md")
    folders = Counter(
        posixpath.dirname(place.path)
        for place in places
        if (place.root or place.process) and not place.record and place.folder and not place.folder.startswith(".")
    )
    folder = folders.most_common(1)[0][0] if folders else "docs"
    names = [posixpath.splitext(posixpath.basename(p.path))[0] for p in places if posixpath.dirname(p.path) == folder]
    return FORMS[ending], folder, _case(names)


def _case(names: list[str]) -> Any:
    many = [name for name in names if len(name) > 3 and name.lower() not in ("readme", "index")]
    if many and sum(name.isupper() for name in many) * 2 > len(many):
        return lambda name: name.upper().replace("-", "_")
    if sum("_" in name for name in many) > sum("-" in name for name in many):
        return lambda name: name.replace("-", "_")
    return lambda name: name


def _file_name(scan: Scan, key: str) -> str:
    what = spec(scan, key)
    for glob in (*what.names, *what.root_names):
        name = _plain_name(glob)
        if name and "/" not in name and not glob.startswith("*"):
            return name
    return key


def _plain_name(glob: str) -> str:
    name = glob.removeprefix("**/").removesuffix("/**").replace("[-_ ]", "-")
    name = re.sub(r"\{.*|\[.*|\.\*$", "", name).strip("*-_./ ")
    return name if re.fullmatch(r"[a-z0-9-]{3,40}", name) else ""


def _heading(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _hint(rule: Rule | None) -> str:
    return f"For {rule.id}: {' '.join(rule.guide.fix.split())}".replace("--", "-") if rule else ""
