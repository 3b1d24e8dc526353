"""Waivers in real repositories: the clock, the history, every format, and the exit code."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.cli import run
from qmslint.cli.check import FORMATS
from qmslint.engine.waivers import PATH
from qmslint.repo.build import Step, moment, person

from ..test_waivers import text

AREA = ("--select", "doc.no-placeholders")
WAIVER = {"rule": "doc.no-placeholders", "subject": "{paths: [SECURITY.md]}"}
SECURITY = b"# Security\n\nReport to security@dams.invalid within a day.\n\nOwner: TBD\n"


def step(day: str, who: str, **files: bytes) -> Step:
    named = {name.replace("__", "/").replace("_dot_", "."): body for name, body in files.items()}
    return Step("commit", f"On {day}", moment(day), person(who), files=named)


def waive(day: str = "2026-06-02", who: str = "Ada", **changes: str) -> Step:
    return Step("commit", f"On {day}", moment(day), person(who), files={PATH: text(**{**WAIVER, **changes}).encode()})


@pytest.fixture
def repo(make_repo: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that makes a repository with a document by Linus that is not filled in, and more steps."""

    def make(*steps: Step, name: str = "repository", cut: int = 0) -> Path:
        start = step("2026-01-05", "Linus", README_dot_md=b"# Dams\n", SECURITY_dot_md=SECURITY)
        return make_repo([start, *steps], name, cut)

    return make


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict]:
    """Return a function that checks as of a day and gives results by rule, the exit code and standard error."""

    def do(folder: Path, day: str, *more: str, form: str = "json") -> dict:
        capsys.readouterr()
        code = run(["check", str(folder), *AREA, "--as-of", day, "--format", form, *more])
        out, error = capsys.readouterr()
        if form != "json" or code == 2:
            return {"code": code, "text": out, "error": error}
        report = json.loads(out)
        by_rule = {result["rule"]: result for result in report["results"]}
        return {"code": code, "error": error, "summary": report["summary"], "notes": report["notes"], **by_rule}

    return do


@pytest.mark.parametrize(("day", "code", "left"), [("2026-06-29", 0, 1), ("2026-06-30", 0, 0), ("2026-07-01", 1, -1)])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_it_counts_through_its_last_day_whatever_the_zone(
    repo: Callable[..., Path],
    check: Callable[..., dict],
    monkeypatch: pytest.MonkeyPatch,
    day: str,
    code: int,
    left: int,
    zone: str,
) -> None:
    monkeypatch.setenv("TZ", zone)
    seen = check(repo(waive()), day)
    found, own = seen["doc.no-placeholders"], seen["waiver.in-order"]
    assert seen["code"] == code and found["state"] == "nonconforming"
    if left >= 0:
        assert found["disposition"]["days_left"] == str(left) and seen["summary"]["waived"] == 1
    else:
        assert found["disposition"] is None and own["grade"] == "minor" and own["gap"] == "expired"
        assert "expired on 2026-06-30 (UTC), 1 days ago" in own["message"]


@pytest.mark.parametrize(
    "changes", [{"expires": "30.06.2026"}, {"expires": "'2026-06-31'"}, {"approved_on": "June"}, {"reason": "later"}]
)
def test_what_cannot_be_read_stops_the_run(
    repo: Callable[..., Path], check: Callable[..., dict], changes: dict[str, str]
) -> None:
    seen = check(repo(waive(**changes)), "2026-06-10")
    assert seen["code"] == 2 and ".qms/waivers.yml:2" in seen["error"]


def test_a_binary_waiver_file_stops_the_run(repo: Callable[..., Path], check: Callable[..., dict]) -> None:
    path = repo(Step("commit", "w", moment("2026-06-02"), person("Ada"), files={PATH: b"\0\1\2"}))
    assert check(path, "2026-06-10")["code"] == 2


def test_an_auditor_sees_everything(repo: Callable[..., Path], check: Callable[..., dict]) -> None:
    seen = check(repo(waive()), "2026-06-10", "--no-waivers")
    assert seen["code"] == 1 and seen["doc.no-placeholders"]["disposition"] is None
    assert any("set aside" in note for note in seen["notes"])


@pytest.mark.parametrize("form", sorted({*FORMATS} - {"gitlab", "gitlab-codequality"}))
def test_reason_approver_and_end_are_in_every_format(
    repo: Callable[..., Path], check: Callable[..., dict], form: str
) -> None:
    path = repo(waive())
    if form == "json":
        shown = json.dumps(check(path, "2026-06-10")["doc.no-placeholders"]["disposition"])
    else:
        shown = check(path, "2026-06-10", form=form)["text"]
    if form == "sarif":
        results = json.loads(shown)["runs"][0]["results"]
        found = next(r for r in results if r["ruleId"] == "doc.no-placeholders")
        assert found["suppressions"][0]["status"] == "accepted" and found["kind"] == "fail"
        shown = found["suppressions"][0]["justification"]
    plain = html.unescape(shown.replace("\\", ""))
    for word in ("The supplier delivers the scanner in March", "Grace Example", "2026-06-30", "QMS-7"):
        assert word in plain


def test_near_its_end_and_unused_are_observations(repo: Callable[..., Path], check: Callable[..., dict]) -> None:
    fixed = step("2026-06-03", "Linus", SECURITY_dot_md=SECURITY.replace(b"TBD", b"Linus Example"))
    seen = check(repo(waive()), "2026-06-20")
    assert seen["code"] == 0 and seen["waiver.in-order"]["grade"] == "ofi"
    assert "10 days left" in seen["waiver.in-order"]["message"]
    seen = check(repo(waive(), fixed, name="fixed"), "2026-06-10")
    assert seen["code"] == 0 and seen["waiver.in-order"]["grade"] == "ofi"
    assert "waives nothing" in seen["waiver.in-order"]["message"]
    assert seen["doc.no-placeholders"]["state"] == "conforming"


def test_the_approver_is_neither_committer_nor_only_author(
    repo: Callable[..., Path], check: Callable[..., dict]
) -> None:
    seen = check(repo(waive()), "2026-06-10")
    assert seen["waiver.in-order"]["state"] == "conforming"
    seen = check(repo(waive(who="Grace"), name="own"), "2026-06-10")
    assert seen["code"] == 1 and "committed by the person who approved" in seen["waiver.in-order"]["message"]
    seen = check(repo(waive(approved_by="Linus Example"), name="author"), "2026-06-10")
    assert seen["code"] == 1 and "only author" in seen["waiver.in-order"]["message"]
    other = step("2026-02-01", "Margaret", SECURITY_dot_md=SECURITY + b"\nWe thank reporters.\n")
    seen = check(repo(other, waive(approved_by="Linus Example"), name="two"), "2026-06-10")
    assert seen["waiver.in-order"]["state"] == "conforming"


def test_authors_are_asked_of_what_is_waived_also_for_whole_findings(
    repo: Callable[..., Path], check: Callable[..., dict]
) -> None:
    seen = check(repo(waive(subject="{all: true}", approved_by="Linus Example")), "2026-06-10")
    assert "only author" in seen["waiver.in-order"]["message"]


def test_renewals_are_counted_and_need_a_new_approval(repo: Callable[..., Path], check: Callable[..., dict]) -> None:
    first = waive("2026-03-01", expires="2026-04-01", approved_on="2026-03-01")
    second = waive("2026-04-01", expires="2026-05-01", approved_on="2026-04-01")
    seen = check(repo(first, second, waive()), "2026-06-10")
    assert seen["code"] == 0 and "renewed 2 times" in seen["waiver.in-order"]["message"]
    same = waive("2026-04-20", expires="2026-06-30", approved_on="2026-03-01")
    seen = check(repo(first, same, name="same"), "2026-06-10")
    assert seen["code"] == 1 and "prolonged without a new date of approval" in seen["waiver.in-order"]["message"]


def test_a_cut_off_history_shows_nothing_in_order(repo: Callable[..., Path], check: Callable[..., dict]) -> None:
    seen = check(repo(waive(), step("2026-06-03", "Ada", b=b"x"), cut=1), "2026-06-10")
    own = seen["waiver.in-order"]
    assert own["state"] == "not_assessable" and own["reason"]["code"] == "SHALLOW"
    assert seen["doc.no-placeholders"]["disposition"]["kind"] == "waived"


def test_a_waiver_that_runs_too_long_does_not_count(repo: Callable[..., Path], check: Callable[..., dict]) -> None:
    seen = check(repo(waive(expires="2026-12-31")), "2026-06-10")
    assert seen["code"] == 1 and seen["doc.no-placeholders"]["disposition"] is None
    assert "longer than the 180 days" in seen["waiver.in-order"]["message"]


def test_a_record_is_waived_and_not_the_next(
    make_repo: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(
        f"| R-{n} | It breaks in way {n} | 2 | 4 | high | fix | Ada Byron | {state} | 2026-05-01 |\n"
        for n, state in ((1, "accepted"), (2, "open"), (3, "open"), (10, "open"))
    )
    head = "# Risk register\n\n| id | risk | likelihood | impact | level | treatment | owner | status | reviewed |\n"
    table = (head + "|---|---|---|---|---|---|---|---|---|\n" + rows).encode()
    start = Step("commit", "Start", moment("2026-01-05"), person("Linus"), files={"docs/risks.md": table})
    other = table.replace(
        b"way 10 | 2 | 4 | high | fix | Ada Byron | open", b"way 10 | 2 | 4 | high | fix | Ada Byron | accepted"
    )
    more = Step("commit", "More", moment("2026-06-03"), person("Linus"), files={"docs/risks.md": other})
    concession = waive(rule="risk.register", subject="{record: R-1}")
    area = ["--select", "risk.register", "--as-of", "2026-06-10", "--format", "json"]
    seen = []
    for path in (make_repo([start, concession], "one"), make_repo([start, concession, more], "two")):
        run(["check", str(path), *area])
        seen.append(json.loads(capsys.readouterr().out)["results"][0])
    assert [bool(result["disposition"]) for result in seen] == [True, False], json.dumps(seen, indent=1)
    assert "1 of 2 places are waived" in seen[1]["message"]


def test_one_that_is_not_committed_is_an_observation(
    tmp_path: Path, check: Callable[..., dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    from .test_baseline import git

    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "tree"
    (folder / ".qms").mkdir(parents=True)
    (folder / "SECURITY.md").write_bytes(SECURITY)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Start")
    (folder / PATH).write_text(text(**WAIVER))
    own = check(folder, "2026-06-10")["waiver.in-order"]
    assert own["grade"] == "ofi" and "not committed yet" in own["message"]
