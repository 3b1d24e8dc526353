"""How single files changed on the first-parent line, through their renames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from qmslint.facts.base import Scan, fact
from qmslint.quick import dataclass
from qmslint.repo.filelog import Touch


@dataclass(frozen=True, slots=True)
class Edit:
    """A first-parent commit that changed a file.

    Parameters
    ----------
    committed : int
        Seconds since 1970.
    blob : str
        Object id of the content it left, empty where it took the file away.
    """

    commit: str
    committed: int
    blob: str


@fact
def edits(scan: Scan, paths: tuple[str, ...]) -> Mapping[str, tuple[Edit, ...]]:
    """Return what changed each of some files, newest first, back to where it came in.

    Raises
    ------
    Unassessable
        ``NO_GIT`` without a repository, ``PARTIAL_CLONE`` where earlier contents may be missing.
    """
    scan.repo.objects  # noqa: B018 - says so where contents cannot be had
    log = scan.repo.followed(paths)
    return MappingProxyType({path: found for path in paths if (found := tuple(_chain(scan, log, path)))})


def _chain(scan: Scan, log: Iterable[Touch], path: str) -> Iterable[Edit]:
    known = scan.history.by_sha
    for touch in log:
        if touch.path != path and not (
            touch.status == "R" and touch.before == path and touch.path not in scan.snapshot
        ):
            continue
        commit = known.get(touch.commit)
        yield Edit(touch.commit, commit.committed if commit else 0, touch.new if touch.path == path else "")
        if touch.status == "A":
            return
        if touch.status == "R" and touch.path == path:
            path = touch.before


def text_at(scan: Scan, edit: Edit) -> str | None:
    """Return a file as a commit left it, ``None`` where it was removed or is not text."""
    return scan.repo.objects.text(edit.blob) if edit.blob else None
