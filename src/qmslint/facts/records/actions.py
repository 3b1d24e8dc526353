"""Actions people agreed on: task lists, tables, labelled lines and lists of YAML, read by one parser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qmslint import lineyaml
from qmslint.facts.dates import has_date, parse_date
from qmslint.facts.lexicon import is_unfilled, own_words, refuses
from qmslint.facts.markup import Document, Item, Row, Table, normal
from qmslint.facts.parts import flat
from qmslint.facts.records.model import Action
from qmslint.facts.records.words import Common
from qmslint.quick import regex

_LIMIT = 300
"""Actions of one record that are looked at."""
_LINK = regex(
    r"https?://[^\s)>\]]{4,300}|(?<![\w/])#\d{1,7}\b|\b[A-Z][A-Z0-9]{1,9}-\d{1,6}\b|\b[\w.-]{1,60}/[\w.-]{1,60}[#!]\d{1,7}\b|(?<!\w)!\d{1,7}\b"
)
_NOT_LINK = regex(r"^(?:UTF|ISO|SHA|AES|RFC|CVE|TLS|IPV|HTTP|COVID|R|P|S|A|AI)-", re.I)
_HANDLE = regex(r"(?<![\w@/])@([A-Za-z0-9][\w.-]{1,38}(?:/[\w.-]{1,40})?)")
_NAME = r"[A-ZÀ-Þ][\w'’.-]{0,20}(?: [A-ZÀ-Þ][\w'’.-]{0,20}){0,3}"
_OWNER = regex(
    rf"(?:\b(?:owners?|assigned to|assignee|responsible|dri|verantwortlich|zuständig|responsable|pilote|by whom|wer)\b[ \t]*[:=–—-]?[ \t]*)(@?[\w.-]{{1,40}}|{_NAME})",
    re.I,
)
_LED = regex(rf"^({_NAME})[ \t]*(?::|to\b|will\b|kümmert sich|übernimmt|se charge)")
_TAIL = regex(rf"(?:[(\[–—,;-]|->|→)[ \t]*({_NAME})[ \t]*(?=[,;)\]]|$|[-–—(]|\bby\b|\bbis\b)")
_PREFIX = regex(
    r"^\W{0,4}(?:action(?: item)?|maßnahme|to ?do|acción|ai)\b(?:[ \t]*#?\d{1,3})?[ \t]*[:：][ \t]*(\S.*)$", re.I
)
_BY = regex(
    r"\b(?:due|by|until|before|deadline|bis|frist|fällig|pour le|avant|antes del?|para el)\b[ \t:]*([^,;()|]{3,40})",
    re.I,
)
_NEVER_NAMES = frozenset(
    [
        "the",
        "a",
        "an",
        "we",
        "i",
        "it",
        "this",
        "that",
        "all",
        "add",
        "fix",
        "write",
        "update",
        "create",
        "review",
        "improve",
        "use",
        "make",
        "move",
        "set",
        "test",
        "ensure",
        "define",
        "check",
        "remove",
        "consider",
        "investigate",
        "run",
        "automate",
        "document",
    ]
)


def from_document(document: Document, spans: Sequence[tuple[int, int]], words: Common) -> tuple[Action, ...]:
    """Return the actions of a record.

    Parameters
    ----------
    document : Document
        The file.
    spans : sequence of pairs
        First and last lines: of the whole record first, then of the sections that hold actions.
    words : Common
        The vocabulary.
    """
    whole, sections = spans[0], spans[1:]
    links = {link.line: link.target for link in document.links if not link.image}
    found: dict[int, Action] = {}
    for table in document.tables:
        if whole[0] <= table.line <= whole[1]:
            for action in _in_table(table, links, words, any(a <= table.line <= b for a, b in sections)):
                found.setdefault(action.line, action)
    inside = [item for item in document.items if whole[0] <= item.line <= whole[1]]
    for first, last in sections:
        for action in _in_list([item for item in inside if first <= item.line <= last], document, links, words):
            found.setdefault(action.line, action)
    covered = {item.line for item in inside if any(a <= item.line <= b for a, b in sections)}
    loose = [
        item for item in inside if item.line not in covered and (item.checked is not None or _PREFIX.match(item.text))
    ]
    for item in loose:
        found.setdefault(item.line, _action(item.text, item.line, item.checked, links, words))
    listed = {item.line for item in inside}
    for line in document.prose:
        match = _PREFIX.match(line.text) if whole[0] <= line.line <= whole[1] and line.line not in listed else None
        if match:
            found.setdefault(line.line, _action(match[1], line.line, None, links, words))
    return tuple(found[line] for line in sorted(found))[:_LIMIT]


def _in_list(items: Sequence[Item], document: Document, links: Mapping[int, str], words: Common) -> Iterator[Action]:
    """Yield one action a list item of the outermost depth; deeper items add owner, date and link to it."""
    top = min((item.depth for item in items), default=0)
    group: list[Item] = []
    for item in [*items, None]:
        if item is None or item.depth == top:
            if group:
                head, rest = group[0], group[1:]
                text = "\n".join([head.text, *(i.text for i in rest)])
                target = next((links[i.line] for i in group if i.line in links), "")
                near = {head.line: target} if target else {}
                if not is_unfilled(head.text) and not (refuses(head.text) and own_words(head.text) < 2):
                    yield _action(text, head.line, head.checked, near, words)
            group = [item] if item else []
        else:
            group.append(item)


def _in_table(table: Table, links: Mapping[int, str], words: Common, sure: bool) -> Iterator[Action]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(table.header):
        name = words.action.find(cell)
        if name:
            columns.setdefault(name, index)
    if sure and "action" not in columns and "decision" in columns:
        columns["action"] = columns["decision"]
    # Outside a section of actions the table itself has to say that it lists some.
    if "action" not in columns or not ({"owner", "due"} & columns.keys() or (sure and "status" in columns)):
        return
    if not sure and not any(
        normal(cell).startswith(("action", "follow", "task", "maßnahme", "massnahme", "aufgabe", "accion"))
        for cell in table.header
    ):
        return
    for row in table.rows:
        yield from _row(row, columns, links, words)


def _row(row: Row, columns: Mapping[str, int], links: Mapping[int, str], words: Common) -> Iterator[Action]:
    def cell(name: str) -> str:
        index = columns.get(name, len(row.cells))
        text = row.cells[index].strip() if index < len(row.cells) else ""
        return "" if is_unfilled(text) else text

    text = cell("action")
    if not text:
        return
    link = cell("link") or links.get(row.line, "") or link_in(" ".join(row.cells))
    due = cell("due")
    yield Action(
        text,
        row.line,
        cell("owner"),
        due,
        parse_date(due, end=True),
        cell("status"),
        link,
        is_closed(cell("status"), words),
        cell("id"),
    )


def from_data(data: Any, line: int, words: Common) -> tuple[Action, ...]:
    """Return the actions of a list of YAML or JSON: mappings with owner and due date, or plain sentences."""
    found = []
    items = data if isinstance(data, (list, tuple)) else [data]
    for index, item in enumerate(items[:_LIMIT]):
        at = data.line_of(index) if isinstance(data, lineyaml.Seq) else line
        if not isinstance(item, Mapping):
            found += [_action(str(item), at, None, {}, words)] if item and not is_unfilled(str(item)) else []
            continue
        named = {
            words.action.find(str(key).replace("_", " ").replace("-", " ")): flat(value)
            for key, value in reversed(list(item.items()))
        }
        text = named.get("action") or flat(item.get("title") or item.get("description") or "")
        if text and not is_unfilled(text):
            due = named.get("due", "")
            link = named.get("link", "") or link_in(text)
            status = named.get("status", "")
            owner = "" if is_unfilled(named.get("owner", "")) else named.get("owner", "")
            found.append(
                Action(
                    text,
                    at,
                    owner,
                    due,
                    parse_date(due, end=True),
                    status,
                    link,
                    is_closed(status, words),
                    named.get("id", ""),
                )
            )
    return tuple(found)


def _action(text: str, line: int, checked: bool | None, links: Mapping[int, str], words: Common) -> Action:
    """Return an action from running text, its owner, date and link taken out of the words."""
    text = text[:1500]
    owner = _HANDLE.search(text) or _OWNER.search(text) or _LED.match(text) or _TAIL.search(text)
    who = owner[1].strip() if owner else ""
    if who.lower().split(" ")[0] in _NEVER_NAMES or is_unfilled(who) or has_date(who):
        who = ""
    labelled = re.search(
        r"(?:^|[\n(|,;])\W{0,4}(?:due|due date|deadline|target(?: completion| date)?|frist|termin|bis|échéance|fecha límite)[ \t]*[:=][ \t]*([^\n,;)|]{2,40})",
        text,
        re.I,
    )
    said = labelled[1] if labelled else next((m[1] for m in _BY.finditer(text) if has_date(m[1])), "")
    due = said if said and not is_unfilled(said) and has_date(said) else ""
    if not due and has_date(text[-60:]):
        due = text[-60:]
    state = re.search(r"\b(?:status|state|stand|état|estado)[ \t]*[:=][ \t]*([\w' -]{2,30})", text, re.I)
    status = state[1].strip() if state else ""
    link = links.get(line, "") or link_in(text)
    done = (
        bool(checked) or is_closed(status, words) or bool(re.match(r"\W{0,3}(?:✅|☑|✔|done\b|erledigt\b)", text, re.I))
    )
    return Action(text.split("\n")[0], line, who, due.strip(), parse_date(due, end=True), status, link, done)


def link_in(text: str) -> str:
    """Return the first item or address that a text names, or an empty string."""
    return next((m[0] for m in _LINK.finditer(text[:2000]) if not _NOT_LINK.match(m[0])), "")


def linked(text: str) -> bool:
    """Say whether a text leads to an item, a merge request or an address."""
    return bool(link_in(text))


def is_closed(status: str, words: Common) -> bool:
    """Say whether a status means that nothing is left to do."""
    plain = normal(status) or status.strip()
    return plain in words.closed or (
        any(word in words.closed for word in plain.split()[:2]) and "not" not in plain.split()
    )


def reasoned_none(text: str, reason_words: int) -> bool:
    """Say whether a text says that no action is needed and gives a reason of at least so many words."""
    lead = re.match(r"\W{0,4}(?:no (?:further )?(?:actions?|follow-?ups?)(?: (?:are |is )?(?:needed|required|necessary|items?))?|keine (?:weiteren )?(?:maßnahmen?|aktionen)(?: nötig| erforderlich)?"
                    r"|aucune action|ninguna acción|none|n/a)\b", text.strip(), re.I)  # fmt: skip
    return lead is not None and own_words(text.strip()[lead.end() :]) >= reason_words
