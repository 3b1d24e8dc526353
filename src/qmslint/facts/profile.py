"""Profile switches: declared by the user, else guessed from evidence that is shown with the value."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from inspect import unwrap

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.document_index import index as documents_of
from qmslint.facts.sources import by_language, evidence_paths, marked, rendered_pages, source_files
from qmslint.model.evidence import Evidence, absent_at, from_history, from_setting, in_file
from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Switch:
    """Value of a profile switch (``yes``, ``no`` or a word) and what it rests on."""

    name: str
    value: str
    declared: bool
    note: str
    evidence: tuple[Evidence, ...]


@fact
def switch(scan: Scan, name: str) -> Switch:
    """Return the value of a profile switch."""
    declared = getattr(scan.settings.profile, name, None)
    if declared is not None and declared != "":
        value = {True: "yes", False: "no"}.get(declared, str(declared)) if isinstance(declared, bool) else str(declared)
        note = "declared in the configuration"
        return Switch(name, value, True, note, (from_setting(f"profile.{name}: {value}"),))
    return _GUESSES[name](scan)


def switches_used(scan: Scan) -> tuple[Switch, ...]:
    """Return the switches whose values were asked for, in the order of their names."""
    found = (answer[0] for key, answer in scan.memo.items() if key[0] is _SWITCH)
    return tuple(sorted((item for item in found if isinstance(item, Switch)), key=lambda item: item.name))


def take_over(scan: Scan, found: tuple[Switch, ...]) -> None:
    """Take over values that another process came to for the same scan."""
    for item in found:
        scan.memo.setdefault((_SWITCH, (item.name,), ()), (item, None))


_SWITCH = unwrap(switch)
"""Under this the memory of facts keeps the values."""


def _guess(name: str, value: str, note: str, evidence: list[Evidence]) -> Switch:
    return Switch(name, value, False, note, tuple(evidence) or (absent_at("", note),))


_FEW = 6
"""Source files that may belong to the documents beside them, such as the settings of what prints them."""
_PAGES_PER = 20


def _code(scan: Scan) -> Switch:
    files = source_files(scan)
    if files and len(files) <= _FEW and (pages := len(documents_of(scan).places)) >= _PAGES_PER * len(files):
        note = f"{len(files)} source files beside {pages} documents: a repository of documents"
        return _guess("code", "no", note, [in_file(path, note="source code") for path in files[:3]])
    if files:
        sizes = ", ".join(f"{len(paths)} {name}" for name, paths in by_language(scan).items())
        return _guess("code", "yes", f"source files: {sizes}", [in_file(files[0], note="source code")])
    return _guess("code", "no", "no source file was found", [])


def _releases(scan: Scan) -> Switch:
    from qmslint.facts.releases import releases

    found = releases(scan)
    if found:
        note = f"{len(found)} release tags, newest {found[-1].tag.name}"
        return _guess("releases", "yes", note, [from_history(note, "git tag --list")])
    if scan.repo.shallow:
        raise Unassessable("NO_TAGS", "no release tags are in this shallow clone; fetch them with git fetch --tags")
    return _guess("releases", "no", "no release tag was found", [absent_at("refs/tags", "release tags")])


def _dependencies(scan: Scan) -> Switch:
    from qmslint.facts.dependencies import manifests, untaken

    found = [m for m in manifests(scan) if m.dependencies]
    if found:
        note = f"dependencies are declared in {', '.join(m.path for m in found[:5])}"
        return _guess("dependencies", "yes", note, [in_file(m.path, note=m.ecosystem) for m in found[:10]])
    if unread := untaken(scan):
        note = f"dependencies are declared in {unread[0].path}, a form that is not taken apart"
        return _guess("dependencies", "yes", note, [in_file(m.path) for m in unread[:10]])
    return _guess("dependencies", "no", "no declared dependency was found", [])


_UI_PER = 50
"""Files of code for which one file of a user interface is expected, at the most."""


_INTERFACES = (".vue", ".svelte", ".xaml", ".storyboard", ".xib", ".razor", ".cshtml", ".qml", ".jsx", ".tsx")
_INTERFACE = 20
"""Files that are nothing but sources of a user interface, from which on there is one whatever is beside them."""


def _ui(scan: Scan) -> Switch:
    sites = {
        posixpath.dirname(path).removesuffix("/.vitepress")
        for path in scan.glob(*scan.words("languages", "documentation_sites"))
    }
    below = tuple(f"/{folder}/**" for folder in sorted(sites - {"", ".vitepress"}))
    about = frozenset(scan.glob(*scan.words("languages", "documentation_pages"), *below))
    found = tuple(
        path
        for path in (*evidence_paths(scan, tuple(scan.words("languages", "user_interface"))), *rendered_pages(scan))
        if path not in about
    )
    # A few pages beside many files of code are documentation, not an interface; sources of an interface are one.
    certain = [path for path in found if path.endswith(_INTERFACES)]
    if len(certain) >= _INTERFACE or (len(found) >= 3 and len(found) * _UI_PER >= len(source_files(scan))):
        return _guess("ui", "yes", f"{len(found)} files of a user interface", [in_file(p) for p in found[:5]])
    return _guess("ui", "no", "no user interface files were found", [])


def _deploys(scan: Scan) -> Switch:
    from qmslint.facts.pipelines import pipelines

    jobs = [step for step in pipelines(scan).steps if "deploy-service" in step.classes]
    if jobs:
        note = f"a pipeline deploys: {jobs[0].path}:{jobs[0].line}"
        return _guess("deploys", "yes", note, [in_file(s.path, s.line, "deployment step") for s in jobs[:5]])
    tried = frozenset(scan.glob("**/{test,tests,testing,e2e,spec}/**"))
    described = list(scan.words("languages", "operations"))
    if switch(scan, "ui").value == "yes":
        described += scan.words("languages", "site_hosts")
    found = tuple(p for p in evidence_paths(scan, tuple(described)) if p not in tried)
    # What is only ever packaged may start a preview of itself.
    packaged = bool(scan.glob(*scan.words("languages", "packages_only")))
    if found and not packaged and not _published(scan):
        note = f"descriptions of a running service: {found[0]}"
        return _guess("deploys", "yes", note, [in_file(p, note="service description") for p in found[:5]])
    return _guess("deploys", "no", "no deployment was found", [])


def _published(scan: Scan) -> bool:
    """Say whether a pipeline publishes packages: then a start file serves a preview, not customers."""
    from qmslint.facts.pipelines import pipelines

    return any("publish" in step.classes for step in pipelines(scan).steps)


def _kind(scan: Scan) -> Switch:
    code, deploys = _code(scan), switch(scan, "deploys")
    if code.value == "no":
        return _guess("kind", "documentation", code.note, list(code.evidence))
    if deploys.value == "yes":
        return _guess("kind", "service", deploys.note, list(deploys.evidence))
    found = evidence_paths(scan, tuple(scan.words("languages", "library_markers"))) or marked(
        scan, scan.words("languages", "library_marks")
    )
    if found and (program := _program(scan, found[0])):
        return _guess("kind", "application", f"it is built as a program: {program}", [in_file(program)])
    if found and switch(scan, "ui").value == "no":
        note = f"it is packaged for reuse: {found[0]}"
        return _guess("kind", "library", note, [in_file(p, note="package metadata") for p in found[:3]])
    return _guess("kind", "application", code.note, list(code.evidence))


def _program(scan: Scan, marker: str) -> str:
    """Return what makes the package of a marker a program, where nothing beside it is there for others to use."""
    for row in scan.words("languages", "programs"):
        if row["package"] == marker:
            begins = evidence_paths(scan, tuple(row["begins"]))
            if begins and not set(evidence_paths(scan, tuple(row["shared"]))) - set(begins):
                return begins[0]
    return ""


def _team(scan: Scan) -> Switch:
    from qmslint.facts.people import active_people

    people = active_people(scan)
    note = f"{len(people)} people authored changes in the last 12 months"
    value = "single" if len(people) <= 1 else "vse" if len(people) <= 3 else "team"
    return _guess("team", value, note, [from_history(note, "git shortlog -sne --since='12 months ago'")])


def _no(name: str, note: str) -> Callable[[Scan], Switch]:
    return lambda scan: _guess(name, "unknown", note, [])


_GUESSES: Mapping[str, Callable[[Scan], Switch]] = {
    "code": _code,
    "releases": _releases,
    "dependencies": _dependencies,
    "ui": _ui,
    "deploys": _deploys,
    "kind": _kind,
    "team": _team,
    "personal_data": _no("personal_data", "not declared; it cannot be told from files"),
    "customer_property": _no("customer_property", "not declared; it cannot be told from files"),
    "compensating_control": _no("compensating_control", "none declared"),
}
SWITCHES = tuple(_GUESSES)
"""Names of all profile switches."""
