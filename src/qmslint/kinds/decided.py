"""Something was decided about a subject, with a reason, wherever the subject comes up."""

from __future__ import annotations

from collections.abc import Iterator

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.markup import Document, Line, document
from qmslint.facts.records import records
from qmslint.facts.sentences import sentences
from qmslint.facts.topics import mentions
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_REASON_WORDS = 8


@dataclass(frozen=True, slots=True)
class Params:
    """A passage that names the subject also holds the decision and a reason; either way of deciding will do."""

    subject: str = option("Topic that is decided about.")
    decision: str = option("Topic by which a decision shows.")
    reason: str = option("Topic by which a reason shows.")
    keys: tuple[str, ...] = option("Keys of the documents to look in.")
    records: tuple[str, ...] = option("Kinds of record to look in.", ())
    what: str = option("What the decision is about, for messages.", "subject")


def check(params: Params, scan: Scan) -> Outcome:
    """Look at every passage that names the subject."""
    named: list[tuple[str, Line]] = []
    for parsed in _documents(params, scan):
        # A heading may name the subject, and the text below it not again.
        lines = sorted([*sentences(parsed), *(Line(h.text, h.line) for h in parsed.headings)], key=lambda x: x.line)
        for at, line in enumerate(lines):
            if not mentions(scan, line.text, (params.subject,)):
                continue
            named.append((parsed.path, line))
            # The reason may follow in the next sentence.
            near = [line, *(later for later in lines[at + 1 : at + 3] if later.line - line.line <= 4)]
            said = mentions(scan, " ".join(item.text for item in near[:2]), (params.decision,))
            reasoned = mentions(scan, " ".join(item.text for item in near), (params.reason,))
            if said and reasoned and sum(len(item.text.split()) for item in near) >= _REASON_WORDS:
                text = " ".join(item.text for item in near)[:140]
                return conforming(
                    f"a decision on the {params.what} is recorded with its reason",
                    [in_file(parsed.path, line.line, text)],
                    confidence=Confidence.MEDIUM,
                )
    if named:
        places = [in_file(path, line.line, line.text[:120]) for path, line in named[:10]]
        return nonconforming(
            f"the {params.what} is mentioned at {named[0][0]}:{named[0][1].line}, but no decision with a reason",
            places,
            "incomplete",
        )
    return nonconforming(
        f"no decision on the {params.what} was found",
        [absent_at("docs/context.md", params.what)],
        "absent",
        searched=(*params.keys, *params.records),
    )


def _documents(params: Params, scan: Scan) -> Iterator[Document]:
    for key in params.keys:
        for item in find(scan, key):
            # An unfilled template decides nothing.
            if item.how != "template" and "template" not in item.weak:
                yield item.document
    for kind in params.records:
        for path in records(scan, kind).files:
            parsed = document(scan, path)
            if parsed is not None:
                yield parsed
