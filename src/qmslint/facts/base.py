"""The scan: one repository, one configuration, one date; and the memory of facts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from qmslint.errors import Unassessable
from qmslint.patterns import PathSet
from qmslint.repo.history import History, Tag
from qmslint.repo.open import Repository
from qmslint.repo.snapshot import Snapshot
from qmslint.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

DAY = 86_400
MONTH = 30.4375 * DAY


@dataclass(eq=False)
class Scan:
    """Everything facts and kinds may look at.

    Parameters
    ----------
    repo : Repository
        The opened repository.
    settings : Settings
        What was declared about it.
    as_of : int
        The only clock: seconds since 1970 (UTC) at the end of the day of the examination.
    vocabulary : mapping
        Word and name lists of the packs: document names, heading synonyms, command classes …
    given : mapping
        Texts of evidence files that were handed over beside the repository, by the name they were given under.
    memo, shared, lasting : dict
        Answers of facts: of this scan; of file contents, whatever the revision they are at; and of the settings
        and the vocabulary alone, for all scans that have the same.
    """

    repo: Repository
    settings: Settings
    as_of: int
    vocabulary: Mapping[str, Any] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)
    shared: dict[Any, Any] = field(default_factory=dict)
    lasting: dict[Any, Any] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def snapshot(self) -> Snapshot:
        """The files of the examined view."""
        return self.repo.snapshot

    @property
    def history(self) -> History:
        """All commits up to the examined one; raises *not assessable* where there are none."""
        return self.repo.history

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """Tags that existed at the examined revision, oldest first."""
        return tuple(tag for tag in self.repo.tags if tag.tagged <= self.as_of)

    @cached_property
    def paths(self) -> PathSet:
        """All paths, prepared for matching."""
        return self.path_set("all", self.snapshot.paths)

    def path_set(self, name: str, paths: Iterable[str]) -> PathSet:
        """Return paths prepared for matching; ``name`` says which ones, so that the next revision can build on them."""
        key = (PathSet, name)
        found = PathSet(paths, self.lasting.get(key))
        self.lasting[key] = found
        return found

    def glob(self, *globs: str) -> tuple[str, ...]:
        """Return the paths that any of the path patterns matches."""
        return self.paths.match(globs)

    def text(self, path: str) -> str | None:
        """Return the text of a file, or ``None`` when it is missing, too large or binary."""
        return self.snapshot.text(path)

    def words(self, *keys: str) -> Any:
        """Return a part of the vocabulary, such as ``words("documents", "contributing")``."""
        found: Any = self.vocabulary
        for key in keys:
            found = found[key]
        return found

    def problem(self, path: str, code: str, text: str) -> None:
        """Note that a file could not be read as what it should be."""
        self.problems.setdefault(path, (code, text))

    def forget(self) -> None:
        """Forget all answers about this revision, as if nothing had been asked."""
        self.memo.clear()
        self.problems.clear()
        self.timings.clear()
        self.snapshot.forget()

    def since(self, months: float) -> int:
        """Return the moment ``months`` before the examination."""
        return int(self.as_of - months * MONTH)

    def need_history_since(self, moment: int) -> History:
        """Return the history if it is whole back to ``moment``.

        Raises
        ------
        Unassessable
            ``SHALLOW`` when the clone is cut off inside that window.
        """
        history = self.history
        for sha in history.cut:
            commit = history.by_sha.get(sha)
            if commit is not None and commit.committed >= moment:
                raise Unassessable(
                    "SHALLOW",
                    "the clone is cut off inside the window that has to be looked at; fetch the whole "
                    "history (fetch-depth: 0, GIT_DEPTH: 0)",
                )
        return history

    def need_whole_history(self) -> History:
        """Return the history if the clone is not cut off at all; raises ``SHALLOW`` otherwise."""
        history = self.history
        if history.cut:
            raise Unassessable(
                "SHALLOW", "the clone is cut off; fetch the whole history (fetch-depth: 0, GIT_DEPTH: 0)"
            )
        return history


def fact_of_content(
    function: Callable[Concatenate[str, str, P], T],
) -> Callable[Concatenate[Scan, str, P], T | None]:
    """Make a function of a path and its text a fact of a scan and a path.

    The answer is remembered with the content's object id, so that the next revision shares it as long as the content
    stays; only the last content of a path is remembered.  It is ``None`` where the file is missing, too large or not
    text.
    """

    @wraps(function)
    def remembered(scan: Scan, path: str, *args: P.args, **kwargs: P.kwargs) -> T | None:
        blob = scan.snapshot.blobs.get(path) if scan.snapshot.view == "commit" else None
        memo = scan.shared if blob else scan.memo
        key = (function, path, args, tuple(kwargs.items()))
        known = memo.get(key)
        if known is None or known[0] != blob:
            text = scan.text(path)
            known = (blob, None if text is None else function(path, text, *args, **kwargs))
            # A content that could not be read in one revision, for the bounds of that one, may be in another.
            if text is not None or memo is scan.memo:
                memo[key] = known
        return cast("T | None", known[1])

    return cast("Callable[Concatenate[Scan, str, P], T | None]", remembered)


def fact_of_words(function: Callable[Concatenate[Scan, P], T]) -> Callable[Concatenate[Scan, P], T]:
    """Make a function of settings, vocabulary and hashable arguments alone a fact that lasts over revisions.

    It must not look at the repository, the history or the date.
    """

    @wraps(function)
    def remembered(scan: Scan, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (function, args, tuple(kwargs.items()))
        if key not in scan.lasting:
            scan.lasting[key] = function(scan, *args, **kwargs)
        return cast(T, scan.lasting[key])

    return cast("Callable[Concatenate[Scan, P], T]", remembered)


def fact_of_objects(function: Callable[Concatenate[Scan, P], T]) -> Callable[Concatenate[Scan, P], T]:
    """Make a function of commits or tags, given by what is hashable of them, a fact that lasts over revisions.

    An object of git never changes: what one holds or leads to is the same at whatever revision that is asked.
    """
    return fact_of_words(function)


def fact(function: Callable[Concatenate[Scan, P], T]) -> Callable[Concatenate[Scan, P], T]:
    """Make a function of a scan (and hashable arguments) remember its answer, also when it is an exception."""

    @wraps(function)
    def remembered(scan: Scan, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (function, args, tuple(kwargs.items()))
        if key not in scan.memo:
            start = time.perf_counter()
            try:
                scan.memo[key] = (function(scan, *args, **kwargs), None)
            except Unassessable as trouble:
                scan.memo[key] = (None, trouble)
            name = f"{function.__module__.removeprefix('qmslint.facts.')}.{function.__name__}"
            scan.timings[name] = scan.timings.get(name, 0.0) + time.perf_counter() - start
        answer, failure = scan.memo[key]
        if failure is not None:
            raise failure
        return cast(T, answer)

    return cast("Callable[Concatenate[Scan, P], T]", remembered)
