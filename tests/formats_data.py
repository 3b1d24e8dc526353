"""A report with one result of every sort and texts that try to break out of every format."""

from __future__ import annotations

import dataclasses

from qmslint.model.document_list import DocumentLine, DocumentList
from qmslint.model.evidence import absent_at, at_commit, at_tag, from_history, in_file
from qmslint.model.outcome import Confidence, Grade, Reason, State
from qmslint.model.report import ClauseLine, Moment, Report, Result, SubjectLine, Switch
from qmslint.model.rule import PackInfo
from qmslint.model.trace import STATES, STEPS, Chain, Link, Matrix, Story

NASTY = "\x1b[31m]]>--><script>alert(1)</script>|@everyone `x` ![i](http://a) \u202e \udcff =1+1 ::error::x"


def _result(rule: str, state: State, **fields: object) -> Result:
    given: dict[str, object] = {
        "title": "A claim",
        "clauses": ("8.5.1", "8.6"),
        "message": NASTY,
        "evidence": (in_file("docs/a b/\udcff.md", 3, NASTY, 5), at_commit("a" * 40, "x"), at_tag("v1", "b" * 40)),
        "confidence": Confidence.HIGH,
        "pack": "iso9001",
        "fingerprint": rule.encode().hex().ljust(32, "0")[:32],
    }
    return Result(rule, state=state, **{**given, **fields})  # type: ignore[arg-type]


def nasty_report() -> Report:
    """Return the report."""
    results = (
        _result("a.bad", State.NONCONFORMING, grade=Grade.MAJOR, gap="absent", evidence=(absent_at("x.md", NASTY),)),
        _result("a.good", State.CONFORMING, evidence=(from_history(NASTY, "git log"),)),
        _result("a.hint", State.NONCONFORMING, grade=Grade.OFI, gap="weak", confidence=Confidence.LOW),
        _result("a.less", State.NONCONFORMING, grade=Grade.MINOR, gap="weak", remediation="Do it."),
        _result("a.off", State.NOT_APPLICABLE),
        _result("a.oops", State.ERROR),
        _result("a.unseen", State.NOT_ASSESSABLE, reason=Reason("SHALLOW", NASTY), clauses=("4.1",)),
        _result(
            "a.waived",
            State.NONCONFORMING,
            grade=Grade.MINOR,
            gap="weak",
            disposition={"kind": "waived", "reason": NASTY},
        ),
    )
    clauses = (
        ClauseLine("4", "Context", State.NOT_ASSESSABLE, "partial", ("a.unseen",), "ask", 1),
        ClauseLine("4.1", "Understanding", State.NOT_ASSESSABLE, "partial", ("a.unseen",), "ask", 2),
        ClauseLine("8.5.1", "Control", State.ERROR, "repository", ("a.bad", "a.oops"), "see", 3),
        ClauseLine("8.6", "Release", State.ERROR, "repository", ("a.bad", "a.oops"), "see", 2),
    )
    subject = SubjectLine(NASTY, "c" * 40, "commit", NASTY, False, True, "2026-06-30", 12, 3)
    return Report(
        "0.0.0",
        "iso9001:2015",
        "ISO 9001:2015",
        (PackInfo("iso9001", "1.0", "t", "sha256:" + "0" * 64),),
        subject,
        clauses,
        results,
        (Switch("kind", NASTY, "guessed", NASTY),),
        (NASTY,),
        (NASTY,),
        documents=nasty_documents(),
    )


def nasty_documents() -> DocumentList:
    """Return a register with a document about which everything is known and said, and one about which nothing is."""
    full = DocumentLine(
        ("policy",), NASTY, f"docs/{NASTY}.md", NASTY, NASTY, NASTY, "2026-01-02", "a" * 40, "2026-02-03",
        "approved", NASTY, "b" * 40, "2026-03-04", "overdue", "in force", NASTY,
    )  # fmt: skip
    bare = DocumentLine((), "", "docs/bare.md", "", "", "", "", "", "", "unknown", "", "", "", "unknown", "draft", "")
    return DocumentList("0.0.0", NASTY, "c" * 40, "2026-06-30", (full, bare), (NASTY,))


def moments(report: Report) -> tuple[Moment, ...]:
    """Return a development that ends with ``report``; a rule of it came out otherwise the time before."""
    before = dataclasses.replace(report.results[0], state=State.CONFORMING, grade=None, gap="")
    earlier = dataclasses.replace(report, results=(before, *report.results[1:]), documents=None)
    return (*(Moment(f"2026-{month:02}", earlier) for month in range(1, 13)), Moment(NASTY, report))


def nasty_matrix() -> Matrix:
    """Return a matrix with a link in every state, and with both sorts of orphans."""
    links = [Link(step, list(STATES)[at % len(STATES)], NASTY, NASTY, at, "d" * 40) for at, step in enumerate(STEPS)]
    chains = tuple(Chain(str(at) * 40, NASTY, (NASTY,) if at else (), NASTY, (), tuple(links)) for at in range(3))
    stories = (Story(NASTY, NASTY, NASTY, NASTY, 3),)
    return Matrix(NASTY, "v1", "", "e" * 40, "2026-06-30", chains, stories, 2, (NASTY,))


def wide_report(rules: int = 60, places: int = 7, note: str = "what is to be seen here") -> Report:
    """Return a report of many results in all states, with paths that formats have to escape."""
    paths = ("docs/a b.md", "docs/Prüfung #1.md", "src/a,b;c%20d.py", "x/100%.txt", "plain.md")
    states = (
        State.NONCONFORMING, State.CONFORMING, State.NOT_ASSESSABLE, State.NOT_APPLICABLE, State.ERROR, State.CONFORMING,
        State.NONCONFORMING,
    )  # fmt: skip
    results = []
    for number in range(rules):
        state = states[number % len(states)]
        evidence = tuple(
            in_file(f"{number}/{paths[(number + place) % 5]}", place * 10, f"{note} {place}", place * 10 + 2)
            for place in range(places)
        )
        results.append(
            _result(
                f"area.rule-{number:03}",
                state,
                title=f"Claim {number} holds",
                message=f"{number} of {rules} are as they should be",
                evidence=(*evidence, at_commit(f"{number:040x}", note)),
                grade=tuple(Grade)[number % 3] if state is State.NONCONFORMING else None,
                gap="weak" if state is State.NONCONFORMING else "",
                reason=Reason("NO_EVIDENCE_HERE", "elsewhere") if state is State.NOT_ASSESSABLE else None,
                disposition=_disposition(number, state),
                measured={"of": rules},
                remediation="Do what helps." if state is State.NONCONFORMING else "",
                fingerprint=f"{number:032x}",
            )
        )
    return dataclasses.replace(
        nasty_report(), results=tuple(results), notes=("a note",), lowered=("a rule is left out",)
    )


def _disposition(number: int, state: State) -> dict[str, str] | None:
    if state is State.NONCONFORMING and number % 5 == 0:
        return {"kind": "waived", "reason": "until the move", "approved_by": "Grace", "expires": "2026-12-31"}
    if state is State.NOT_ASSESSABLE and number % 3 == 0:
        return {"kind": "attested", "attested_by": "Ada", "role": "quality manager", "valid_until": "2026-12-31"}
    return None


def plain_report(**changes: object) -> Report:
    """Return a report on a folder without git."""
    subject = SubjectLine("folder", "", "plain", "", False, False, "2026-06-30", 0, 0)
    report = dataclasses.replace(wide_report(7, 1), subject=subject, switches=(), notes=(), lowered=())
    return dataclasses.replace(report, **changes)  # type: ignore[arg-type]
