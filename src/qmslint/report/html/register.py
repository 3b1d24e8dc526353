"""The master list of documented information as a section of the page."""

from __future__ import annotations

from collections.abc import Iterator

from qmslint.model.document_list import DocumentLine, DocumentList
from qmslint.report.documents import counts, due
from qmslint.report.html.markup import Markup, tag

_REVIEWS = {"in date": "s-conforming", "overdue": "s-nonconforming"}
_APPROVALS = {"approved": "s-conforming", "requested": "s-not_assessable", "unapproved": "s-not_assessable"}


def register(found: DocumentList) -> Iterator[Markup]:
    """Return the register: what each document is, who answers for it, and how current and approved it is."""
    yield tag("p", f"{counts(found)}. Nothing here is graded; the rules on documents judge by this list.")
    if found.lines:
        head = tag(
            "tr", (tag("th", name, scope="col") for name in ("Document", "Owner, change, approval and next review"))
        )
        yield tag(
            "table",
            tag("caption", "Controlled documents by path; days are of UTC"),
            tag("thead", head),
            tag("tbody", map(_row, found.lines)),
            class_="register",
        )
    if found.notes:
        yield tag("ul", (tag("li", note) for note in found.notes), class_="dots")


def _row(line: DocumentLine) -> Markup:
    what = ", ".join(line.keys) or "in a folder of controlled documents"
    return tag(
        "tr",
        tag(
            "th",
            tag("span", line.title or line.path, class_="document"),
            tag("code", line.path),
            scope="row",
        ),
        tag(
            "td",
            tag("p", f"{what}; {line.state}{f'; version {line.version}' if line.version else ''}"),
            tag(
                "dl",
                (tag("div", tag("dt", name), tag("dd", *value)) for name, value in _facts(line)),
                class_="facts",
            ),
            tag("p", line.note, class_="quiet") if line.note else "",
        ),
    )


def _facts(line: DocumentLine) -> Iterator[tuple[str, tuple[str, ...]]]:
    how = f" ({line.owner_how})" if line.owner and line.owner_how else ""
    yield "Owner", (f"{line.owner or 'not stated'}{how}",)
    changed = (line.changed, " by ", tag("code", line.changed_commit[:12])) if line.changed else ("not known",)
    yield "Last substantive change", changed
    if line.reviewed:
        yield "Last review", (line.reviewed,)
    note = f", {line.approval_note}" if line.approval_note else ""
    yield "Approval", (tag("span", line.approval, class_=_APPROVALS.get(line.approval)), note)
    yield "Next review", (tag("span", due(line), class_=_REVIEWS.get(line.review)),)
