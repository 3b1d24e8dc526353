"""One normal form for what protects a branch, whatever tool it is written for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import Literal

from qmslint.quick import dataclass

Value = bool | int | tuple[str, ...]
Enforcement = Literal["active", "evaluate", "disabled", "broken"]


@dataclass(frozen=True, slots=True)
class Property:
    """What a policy says about one property.

    Parameters
    ----------
    value : bool, int, tuple of str or None
        ``None`` when it is set by an expression whose value is not in the repository.
    line : int
        Where it is said; the policy's own line when silence means this value.
    note : str
        How it is said there, in a few words.
    path : str
        File, where it is not the policy's own.
    """

    value: Value | None
    line: int = 0
    note: str = ""
    path: str = ""


APPROVALS = "approvals"
"""Number of people who must approve."""
SELF_APPROVAL = "self_approval"
"""The author's own approval counts."""
CHECKS = "checks"
"""Names of the checks that must be green."""
STRICT = "strict"
"""The branch must be up to date before it is merged."""
FORCE_PUSH = "force_push"
"""History of the branch may be rewritten."""
DELETION = "deletion"
"""The branch may be deleted."""
ADMINS_BOUND = "admins_bound"
"""Administrators are held to the same."""
STALE_DISMISSED = "stale_dismissed"
"""New commits take approvals away."""
LAST_PUSHER = "last_pusher_excluded"
"""Who pushed last may not approve."""
CODE_OWNERS = "code_owners"
"""An owner of the changed files must approve."""
THREADS = "threads_resolved"
"""Discussions must be closed."""
SIGNATURES = "signatures"
"""Commits must be signed."""
LINEAR = "linear_history"
"""No merge commits."""
MERGE_QUEUE = "merge_queue"
"""Merges go through a queue that tests the result."""
MERGE_METHODS = "merge_methods"
"""Names of the allowed ways of merging."""


@dataclass(frozen=True, slots=True)
class Bypass:
    """Someone the policy does not hold.

    Parameters
    ----------
    who : str
        Role, team, user or application, as written.
    mode : str
        ``always``, or ``pull_request`` when only a merge may skip the rules and a direct push may not.
    person : bool
        People, as against applications and keys.
    host : bool
        Administrators of the hosting organisation, who are not members of the project.
    admin : bool
        Administrators of the repository or its organisation.
    """

    who: str
    mode: str = "always"
    person: bool = True
    line: int = 0
    host: bool = False
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """Where an export of platform settings comes from."""

    collected_at: int | None
    collected_by: str
    source_url: str
    digest: Literal["none", "matches", "differs"]
    line: int = 0


@dataclass(frozen=True)
class Policy:
    """One protective policy.

    Parameters
    ----------
    dialect : str
        Short name of the kind of source, such as ``github-ruleset``.
    title : str
        The same for people.
    path, line : str, int
        Where it begins.
    name : str
        Its own name, as far as it has one.
    branches : tuple of str
        Branch patterns as written; empty where the tool covers the branch it is configured for.
    covers_default : bool or None
        Whether the default branch is among them; ``None`` when an expression decides.
    target : str
        ``branch`` or ``tag``.
    enforcement : str
        ``active``; ``evaluate`` and ``disabled`` protect nothing; ``broken`` cannot be applied as it is.
    enforcement_line : int
        Where that is said.
    properties : mapping
        What it says, by property name; a name that is missing is not visible in this source.
    bypass : tuple of Bypass
        Who is not held by it.
    about : str
        Repository it names when that is another one, ``?`` when that cannot be told; empty for this one.
    gatekeeper : bool
        A merge tool beside the platform: it binds only those who merge through it.
    export : Export or None
        Where it is an export of settings and not policy as code.
    notes : tuple of str
        Doubts a reader should know.
    """

    dialect: str
    title: str
    path: str
    line: int = 0
    name: str = ""
    branches: tuple[str, ...] = ()
    covers_default: bool | None = True
    target: str = "branch"
    enforcement: Enforcement = "active"
    enforcement_line: int = 0
    properties: Mapping[str, Property] = field(default_factory=lambda: MappingProxyType({}))
    bypass: tuple[Bypass, ...] = ()
    about: str = ""
    gatekeeper: bool = False
    export: Export | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "properties", MappingProxyType(dict(self.properties)))

    def says(self, name: str) -> Property | None:
        """Return what is said about a property, ``None`` where nothing can be read."""
        found = self.properties.get(name)
        return found if found is not None and found.value is not None else None

    def but(self, **changes: object) -> Policy:
        """Return a copy with fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that looks like branch policy and cannot be taken as one.

    Parameters
    ----------
    path, line : str, int
        Where it is.
    text : str
        What it is and why it does not settle the matter.
    computed : bool
        It is policy as code whose values only exist when it runs.
    """

    path: str
    line: int
    text: str
    computed: bool = False


@dataclass(frozen=True, slots=True)
class BranchPolicies:
    """All policies that were found, what only looks like one, and files that could not be read (path, code, text)."""

    policies: tuple[Policy, ...]
    notes: tuple[Note, ...]
    default_branches: tuple[str, ...]
    unread: tuple[tuple[str, str, str], ...] = ()

    def about_branches(self) -> tuple[Policy, ...]:
        """Return the policies for branches of this repository, without those known to be for another one."""
        return tuple(p for p in self.policies if p.target == "branch" and p.about in ("", "?"))


@dataclass(slots=True)
class Findings:
    """What a reader of one dialect found."""

    policies: list[Policy] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, items: Iterable[Policy]) -> None:
        """Take policies over."""
        self.policies.extend(items)

    def note(self, path: str, line: int, text: str, computed: bool = False) -> None:
        """Remember something that looks like a policy."""
        self.notes.append(Note(path, line, text, computed))
