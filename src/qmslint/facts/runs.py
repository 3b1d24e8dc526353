"""Runs of pipelines, commit statuses and deployments, as exports of the platforms list them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from qmslint.facts.base import Scan, fact
from qmslint.facts.exports import Export, entries, exports, first, moment
from qmslint.quick import dataclass, regex

Result = Literal["passed", "failed", "other"]
_SHA = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_COMMIT = ("head_sha", "headSha", "sha", "commit_sha", "commit", "commit.id", "commit.sha", "commit.hash", "sourceVersion",
           "revision", "target.commit.hash", "deployable.commit.id", "git_commit", "headCommit")  # fmt: skip
_REF = ("sourceBranch", "head_branch", "headBranch", "ref", "target.ref_name")
_REQUEST = regex(r"refs/(?:pull|pull-requests|merge-requests)/(\d{1,8})/(?:merge|head|from|train)\Z")
_RESULT = ("conclusion", "result", "state.result.name", "state.name", "state", "status", "deployment_status.state")
_NAME = ("name", "workflowName", "context", "definition.name", "workflow", "display_title", "job")
_ID = ("id", "databaseId", "run_id", "build_number", "buildNumber", "number", "iid", "uuid")
_URL = ("html_url", "web_url", "target_url", "url", "_links.web.href", "links.html.href")
_WHEN = ("completed_at", "finished_at", "finishTime", "completed_on", "updated_at", "updatedAt", "created_at", "createdAt",
         "created_on", "startTime", "date", "when")  # fmt: skip
_STARTED = (
    "created_at",
    "createdAt",
    "created_on",
    "startTime",
    "deployed_at",
    "finished_at",
    "updated_at",
    "date",
    "when",
)
_PASSED = frozenset(["success", "successful", "succeeded", "passed", "pass", "ok", "green"])
_FAILED = frozenset(
    [
        "failure",
        "failed",
        "fail",
        "error",
        "errored",
        "timed_out",
        "cancelled",
        "canceled",
        "aborted",
        "unstable",
        "startup_failure",
        "red",
    ]
)

_REQUEST = regex(r"refs/(?:merge-requests|pull|pull-requests)/(\d{1,9})/")
"""The name that platforms give to a merge request's own run, whose commit may never come into the history."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a pipeline, or one status of a commit.

    Parameters
    ----------
    numbers : tuple of str
        Merge requests it was made for, as far as the export tells.
    when : int
        Seconds since 1970, 0 where it does not tell.
    """

    sha: str
    id: str
    name: str
    result: Result
    when: int
    url: str
    path: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment to an environment; ``when`` is in seconds since 1970."""

    sha: str
    id: str
    environment: str
    result: Result
    when: int
    ref: str
    path: str


@dataclass(frozen=True)
class Runs:
    """All exported runs.

    Parameters
    ----------
    by_commit, by_request : mapping
        Object id of a commit, and number of a merge request, to its runs.
    since, until : int
        First and last moment of the runs that tell when they were.
    """

    items: tuple[Run, ...]
    by_commit: Mapping[str, tuple[Run, ...]]
    by_request: Mapping[str, tuple[Run, ...]]
    since: int
    until: int


def result_of(word: str) -> Result:
    """Return what a platform's word for the end of a run means."""
    plain = word.strip().lower()
    return "passed" if plain in _PASSED else "failed" if plain in _FAILED else "other"


@fact
def runs(scan: Scan) -> Runs:
    """Return the exported runs and commit statuses."""
    tags = {f"refs/tags/{tag.name}": tag.commit for tag in scan.tags}
    found = [
        run for export in exports(scan) for item, above in entries(export) if (run := _run(export, item, above, tags))
    ]
    unique = tuple(dict.fromkeys(found))
    commits: dict[str, list[Run]] = {}
    requests: dict[str, list[Run]] = {}
    for run in unique:
        if run.sha:
            commits.setdefault(run.sha, []).append(run)
        for number in run.numbers:
            requests.setdefault(number, []).append(run)
    times = [run.when for run in unique if run.when]
    return Runs(
        unique,
        MappingProxyType({key: tuple(value) for key, value in commits.items()}),
        MappingProxyType({key: tuple(value) for key, value in requests.items()}),
        min(times, default=0),
        max(times, default=0),
    )


def _commit(item: Mapping[str, Any], above: Mapping[str, Any]) -> str:
    for place in (item, above):
        for key in _COMMIT:
            text = first(place, key).lower()
            if _SHA.match(text):
                return text
    return ""


def _run(export: Export, item: Mapping[str, Any], above: Mapping[str, Any], tags: Mapping[str, str]) -> Run | None:
    if "environment" in item or "environment" in above:
        return None
    word, ref = first(item, *_RESULT), first(item, *_REF)
    # A run of a tag is one of the commit it points at; one of a merge request ran on a merge that is not kept.
    asked_for = _REQUEST.match(ref)
    sha = _commit(item, above)
    if not sha and (ref in tags or asked_for):
        # Approvals and other answers name a tag, too; only a run says how it ended.
        sha, word = tags.get(ref, ""), word if result_of(word) != "other" else first(item, "result", "conclusion")
    # A commit or tag has an id and no end; a deployment names its environment.
    if not (sha or asked_for) or not word or not (first(item, *_ID) or first(item, *_NAME)) or "statuses" in item:
        return None
    when = next((m for key in _WHEN if (m := moment(first(item, key)))), 0)
    asked = item.get("pull_requests")
    numbers = [first(one, "number") for one in asked[:20] if isinstance(one, dict)] if isinstance(asked, list) else []
    asked_by = _REQUEST.match(first(item, "ref", "sourceBranch"))
    numbers += [asked_by[1]] if asked_by else []
    return Run(
        sha,
        first(item, *_ID),
        first(item, *_NAME),
        result_of(word),
        when,
        first(item, *_URL),
        export.path,
        tuple(number for number in numbers if number),
    )


@fact
def deployments(scan: Scan) -> tuple[Deployment, ...]:
    """Return the exported deployments that tell when they were, oldest first."""
    found = []
    for export in exports(scan):
        for item, above in entries(export):
            where = first(item, "environment", "environment.name", "environment_name")
            when = next((m for key in _STARTED if (m := moment(first(item, key)))), 0)
            if not where or not when or when > scan.as_of or above.get("environment"):
                continue
            found.append(
                Deployment(
                    _commit(item, {}),
                    first(item, *_ID),
                    where,
                    _deployed(item),
                    when,
                    first(item, "ref", "tag", "version"),
                    export.path,
                )
            )
    return tuple(sorted(dict.fromkeys(found), key=lambda d: (d.when, d.environment, d.id)))


def _deployed(item: Mapping[str, Any]) -> Result:
    """Return how a deployment ended: by its own word, else by the newest of its statuses."""
    word = first(item, *_RESULT)
    inside = item.get("statuses")
    if not word and isinstance(inside, list):
        told = [(first(one, "created_at"), first(one, "state")) for one in inside[:100] if isinstance(one, dict)]
        word = max(told, default=("", ""))[1]
    return "passed" if word.lower() in ("active", "inactive") else result_of(word)


def latest(found: tuple[Run, ...]) -> tuple[Run, ...]:
    """Return the newest run of each name: an earlier failure that was repeated with success is none."""
    newest: dict[str, Run] = {}
    for run in sorted(found, key=lambda one: (one.when, len(one.id), one.id)):
        newest[run.name] = run
    return tuple(newest[name] for name in sorted(newest))
