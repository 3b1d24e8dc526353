"""SARIF, Scorecard, coverage summaries and exports of platforms in JSON."""

from __future__ import annotations

from typing import Any

from qmslint.facts.foreign.model import Content
from qmslint.facts.foreign.values import items, mapping, moment, number, text_of

_LEVELS = ("error", "warning", "note", "none")
_RULESET = ("required_pull_request_reviews", "push_access_levels", "enforcement", "approvals_required", "isBlocking")


def read(body: Any) -> Content:
    """Return what parsed JSON says."""
    here = mapping(body)
    if "runs" in here and text_of(here.get("version")).startswith("2."):
        return _sarif(here)
    if isinstance(here.get("checks"), list) and ("scorecard" in here or "score" in here):
        return _scorecard(here)
    return _coverage(here) or _platform(body)


def _sarif(here: dict[str, Any]) -> Content:
    numbers = dict.fromkeys(("results", *_LEVELS, "suppressed"), 0.0)
    tools, times, commits, failed = [], [], [], 0
    for run in map(mapping, items(here["runs"], 100)):
        driver = mapping(mapping(run.get("tool")).get("driver"))
        tools.append(text_of(driver.get("name")))
        rules = {
            text_of(rule.get("id")): text_of(mapping(rule.get("defaultConfiguration")).get("level"))
            for rule in map(mapping, items(driver.get("rules")))
        }
        for call in map(mapping, items(run.get("invocations"), 100)):
            times.append(moment(call.get("endTimeUtc")) or moment(call.get("startTimeUtc")))
            failed += call.get("executionSuccessful") is False
        commits += [
            text_of(mapping(place).get("revisionId")) for place in items(run.get("versionControlProvenance"), 20)
        ]
        for result in map(mapping, items(run.get("results"), 100_000)):
            _count(numbers, result, rules)
    numbers["failed_runs"] = failed
    made = max((time for time in times if time is not None), default=None)
    return Content(
        "sarif", ", ".join(dict.fromkeys(filter(None, tools)))[:200], made, next(filter(None, commits), ""), numbers
    )


def _count(numbers: dict[str, float], result: dict[str, Any], rules: dict[str, str]) -> None:
    kind = text_of(result.get("kind")) or "fail"
    if kind != "fail":
        return
    if items(result.get("suppressions")):
        numbers["suppressed"] += 1
        return
    numbers["results"] += 1
    level = text_of(result.get("level")) or rules.get(text_of(result.get("ruleId"))) or "warning"
    if level in _LEVELS:
        numbers[level] += 1


def _scorecard(here: dict[str, Any]) -> Content:
    # A score of -1 says that the check could not look: that is no number.
    numbers = {
        text_of(check.get("name")): score
        for check in map(mapping, items(here["checks"], 200))
        if (score := number(check.get("score", -1))) >= 0 and text_of(check.get("name"))
    }
    repo = mapping(here.get("repo"))
    return Content("scorecard", "Scorecard", moment(here.get("date")), text_of(repo.get("commit")), numbers)


def _coverage(here: dict[str, Any]) -> Content | None:
    totals = mapping(here.get("totals"))
    if "percent_covered" in totals:
        meta = mapping(here.get("meta"))
        share = number(totals["percent_covered"]) / 100
        return Content("coverage", "coverage.py", moment(meta.get("timestamp")), numbers={"lines": share})
    lines = mapping(mapping(here.get("total")).get("lines"))
    if "pct" in lines:
        return Content("coverage", "Istanbul", numbers={"lines": number(lines["pct"]) / 100})
    if text_of(here.get("type")) == "llvm.coverage.json.export":
        parts = [mapping(mapping(part).get("totals")) for part in items(here.get("data"), 10)]
        rates = [mapping(part.get("lines")) for part in parts]
        whole = sum(number(rate.get("count")) for rate in rates)
        covered = sum(number(rate.get("covered")) for rate in rates)
        return Content("coverage", "llvm-cov", numbers={"lines": covered / whole} if whole else {})
    return None


def _platform(body: Any) -> Content:
    """Tell answers of platforms: approvals of changes, deployments, rules of branches."""
    entries = [mapping(item) for item in (items(body) or [body])]
    given = [
        *(e for e in entries if text_of(e.get("state")).upper() == "APPROVED" and "user" in e),
        *(e for e in entries for _ in items(e.get("approved_by"))),
    ]
    if given or any("approved_by" in e for e in entries):
        people = {_who(e.get("user")) for e in given if "user" in e}
        people |= {_who(mapping(one).get("user")) for e in entries for one in items(e.get("approved_by"))}
        return Content("approvals", numbers={"approvals": len(given), "people": len(people - {""})})
    shipped = [e for e in entries if "environment" in e and ({"sha", "ref", "deployable"} & e.keys())]
    if shipped:
        times = [moment(e.get("created_at")) for e in shipped]
        places = {text_of(e["environment"]) or text_of(mapping(e["environment"]).get("name")) for e in shipped}
        numbers = {"deployments": float(len(shipped)), "environments": float(len(places - {""}))}
        return Content("deployments", made=max((t for t in times if t is not None), default=None), numbers=numbers)
    if any(name in e for e in entries for name in _RULESET):
        return Content("ruleset", numbers={"entries": float(len(entries))})
    return Content("other")


def _who(value: Any) -> str:
    here = mapping(value)
    return text_of(here.get("login")) or text_of(here.get("username")) or text_of(here.get("name"))
