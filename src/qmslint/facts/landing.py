"""What landed on the examined line within a window: the first-parent commits, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact, fact_of_words
from qmslint.patterns import any_of, compile_pattern, glob_source
from qmslint.repo.history import Commit, History


@dataclass(frozen=True)
class Line:
    """The first-parent line within a window.

    Parameters
    ----------
    commits : tuple of Commit
        Newest first; the very first commit of a history is not among them, it changes nothing.
    since : int
        Start of the window, seconds since 1970.
    tip : str
        Where the line starts.
    born : bool
        Whether the history begins inside the window.
    """

    commits: tuple[Commit, ...]
    since: int
    tip: str
    born: bool
    note: str = ""


@fact
def landed(scan: Scan, months: float) -> Line:
    """Return what landed in the last ``months``.

    Raises
    ------
    Unassessable
        ``SHALLOW`` when the clone is cut off in the window, ``DETACHED_PR_MERGE`` on a platform's temporary merge.
    """
    since = scan.since(months)
    history = scan.need_history_since(since)
    _refuse_temporary_merge(scan, history)
    tip, note = _tip(scan, history)
    commits, born = [], False
    commit = history.by_sha.get(tip)
    while commit is not None:
        recent = commit.committed >= since
        if recent and commit.parents:
            commits.append(commit)
        born = born or (recent and not commit.parents)
        commit = history.by_sha.get(commit.parents[0]) if commit.parents else None
    return Line(tuple(commits), since, tip, born, note)


def _refuse_temporary_merge(scan: Scan, history: History) -> None:
    head = history.by_sha.get(history.head)
    shadow = scan.repo.shadow
    if head is None or shadow is None or len(head.parents) < 2:
        return
    named = any_of(scan.words("changes", "detached_subjects")).search(head.subject[:200])
    if not named:
        test = any_of(scan.words("changes", "detached_refs"))
        named = any(value == head.sha and test.search(ref) for ref, value in shadow.refs.items())
    if named:
        raise Unassessable(
            "DETACHED_PR_MERGE",
            "the examined commit is the platform's temporary merge of an open request; examine the branch itself",
        )


def _tip(scan: Scan, history: History) -> tuple[str, str]:
    """Return where the line starts: on a topic branch that is where it left the default branch.

    Work that has not landed yet has no review to show.
    """
    shadow = scan.repo.shadow
    assert shadow is not None
    if not shadow.head or shadow.refs.get(shadow.head) != history.head:
        return history.head, ""
    default = default_ref(scan)
    target = shadow.refs.get(default, "")
    if not target or default == shadow.head or target == history.head or is_release_branch(scan, shadow.head):
        return history.head, ""
    if target not in history.by_sha:
        target = _fork(scan, history, target)
    if not target or target == history.head:
        return history.head, ""
    return target, f"counted up to where this branch left {short(default)}"


def default_ref(scan: Scan) -> str:
    """Return the ref of the branch changes land on: the declared one where the clone has it."""
    shadow = scan.repo.shadow
    assert shadow is not None
    name = scan.settings.default_branch
    for ref in (f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
        if name and ref in shadow.refs:
            return ref
    return shadow.default_branch


def _fork(scan: Scan, history: History, tip: str) -> str:
    """Return the newest commit on the first-parent line below ``tip`` that is in the history, or nothing."""
    beside = {commit.sha: commit for commit in scan.repo.beside((tip,))}
    sha = tip
    while sha and sha not in history.by_sha:
        commit = beside.get(sha)
        sha = commit.parents[0] if commit and commit.parents else ""
    return sha


@fact_of_words
def release_branch_test(scan: Scan) -> Any:
    """Return the compiled test for names of branches that releases come from."""
    own = [glob_source(f"/{glob}") for glob in scan.settings.release_branches]
    return compile_pattern("^(?:" + "|".join([*scan.words("releases", "branches"), *own]) + ")$")


def is_release_branch(scan: Scan, ref: str) -> bool:
    """Say whether a branch is one that releases may come from, by the configuration or by custom."""
    return release_branch_test(scan).match(short(ref)) is not None


def short(ref: str) -> str:
    """Return the name of a branch without the part that says where it is kept."""
    if ref.startswith("refs/remotes/"):
        return ref.removeprefix("refs/remotes/").partition("/")[2]
    return ref.removeprefix("refs/heads/")
