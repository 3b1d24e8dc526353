"""Templates of the platform for changes and issues, read as documents; forms written in YAML as well."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from qmslint import lineyaml
from qmslint.facts.base import Scan, fact
from qmslint.facts.markup import Document, Heading, Item, Line, count_words, document
from qmslint.lineyaml import Map
from qmslint.quick import regex

_HOSTS = ".github,.gitlab,.gitea,.forgejo,.azuredevops,.bitbucket,docs"
_GLOBS = {
    "change": (
        "/{pull_request_template,merge_request_template}*.{md,txt}",
        f"/{{{_HOSTS}}}/{{pull_request_template,merge_request_template}}*.{{md,txt}}",
        f"/{{{_HOSTS}}}/{{pull_request_template,merge_request_templates}}/**.{{md,txt}}",
        "/pull_request_template/*.{md,txt}",
    ),
    "issue": (
        "/issue_template*.md",
        f"/{{{_HOSTS}}}/issue_template*.md",
        f"/{{{_HOSTS}}}/{{issue_template,issue_templates}}/*.{{md,yml,yaml}}",
    ),
}
_NO_NEED = regex(
    r"bug|question|crash|security|release|support|regression|fehler|incident|outage|onboarding|vorfall|panne|incidente",
    re.I,
)
_CONFIG = "/{.github,.gitea,.forgejo}/issue_template/config.{yml,yaml}"


@fact
def templates(scan: Scan, sort: str) -> tuple[Document, ...]:
    """Return the templates for ``change``, ``issue`` or, of these, ``need``: those that do not ask for a fault.

    What their comments tell the writer counts as text.
    """
    found = []
    # What asks for a need comes before what asks for a fault.
    paths = scan.glob(*_GLOBS["issue" if sort == "need" else sort])
    for path in sorted(paths, key=lambda p: (bool(_NO_NEED.search(posixpath.basename(p))), p)):
        if sort == "need" and _NO_NEED.search(posixpath.basename(path)):
            continue
        if posixpath.basename(path).lower() in ("config.yml", "config.yaml"):
            continue
        parsed = _form(scan, path) if path.lower().endswith((".yml", ".yaml")) else document(scan, path)
        if parsed is not None:
            prose = sorted((*parsed.prose, *parsed.comments), key=lambda line: line.line)
            found.append(replace(parsed, prose=tuple(prose), comments=()))
    return tuple(found)


def _yaml(scan: Scan, path: str) -> Any:
    text = scan.text(path)
    if text is None:
        return None
    try:
        return lineyaml.load(text, path)
    except lineyaml.YamlError as error:
        scan.problem(path, "PARSE_ERROR", f"{path}: {error.message}")
        return None


def _form(scan: Scan, path: str) -> Document | None:
    data = _yaml(scan, path)
    if not isinstance(data, Map) or not isinstance(data.get("body"), list):
        return None
    headings: list[Heading] = []
    items: list[Item] = []
    prose: list[Line] = [Line(str(data[key]), data.line_of(key)) for key in ("name", "description") if data.get(key)]
    for element in data["body"]:
        attributes = element.get("attributes") if isinstance(element, Map) else None
        if not isinstance(attributes, Map):
            continue
        if attributes.get("label"):
            headings.append(Heading(2, str(attributes["label"]), attributes.line_of("label")))
        prose += _texts(attributes)
        if element.get("type") == "checkboxes":
            items += _boxes(attributes)
    prose += [Line(item.text, item.line) for item in items]
    prose = [line for line in prose if count_words(line.text)]
    text = scan.text(path) or ""
    lines = text.count("\n") + 1
    front = {"title": data.get("name", "")}
    return Document(path, "form", lines, front, tuple(headings), tuple(items), prose=tuple(prose))


def _texts(attributes: Map) -> Iterator[Line]:
    for key in ("description", "value", "placeholder"):
        if isinstance(attributes.get(key), str):
            for offset, part in enumerate(attributes[key].split("\n")):
                yield Line(part, attributes.line_of(key) + offset)
    if isinstance(attributes.get("options"), list):
        for option in attributes["options"]:
            if isinstance(option, str):
                yield Line(option, attributes.line_of("options"))


def _boxes(attributes: Map) -> Iterator[Item]:
    for option in attributes.get("options") or ():
        if isinstance(option, Map) and option.get("label"):
            yield Item(str(option["label"]), option.line_of("label"), False)
