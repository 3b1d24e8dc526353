"""The evidence pack: a zip archive of artefacts with their digests and the commands that check each again.

The same sample gives the same bytes: entries are stored uncompressed, in order, with one fixed date.
"""

from __future__ import annotations

import hashlib
import io
import json
import shlex
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qmslint.model.evidence import Evidence
from qmslint.model.report import Report
from qmslint.model.sample import Artefact, Drawn
from qmslint.quick import regex
from qmslint.report import json_report
from qmslint.report.safe import safe

SCHEMA_VERSION = "1.0"
_DATE = (1980, 1, 1, 0, 0, 0)
_PLAIN = regex(r"[A-Za-z0-9_@+=,./ -]")
_PRINTABLE = regex(r"[\x20-\x7e\xa1-\ud7ff]+\Z")


def entry_name(item: Artefact) -> str:
    """Return the name of an artefact in the archive: no name can leave the folder it is unpacked in."""
    name = f"{item.name}.txt" if item.kind != "file" else item.name
    return f"{item.kind}s/" + "".join(map(_spelled, name))


def command(item: Artefact, commit: str) -> str:
    """Return the command that gives an artefact's digest again, to be run in a clone."""
    by_name = item.kind == "file" and _PRINTABLE.match(item.name)
    name = shlex.quote(f"{commit}:{item.name}") if by_name else item.object
    return f"git cat-file {item.sort} {name} | sha256sum"


def manifest(
    report: Report, asked: Mapping[str, Any], drawn: Iterable[Drawn], items: Iterable[Artefact]
) -> dict[str, Any]:
    """Return the manifest as plain data."""
    commit = report.subject.commit
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "qmslint", "version": report.tool_version},
        "edition": report.edition,
        "packs": [{"id": p.id, "version": p.version, "digest": p.digest} for p in report.packs],
        "subject": {"name": safe(report.subject.name), "commit": commit, "as_of": report.subject.as_of},
        "asked": {
            **asked,
            "method": "of what each result cites, the artefacts with the lowest SHA-256 of 'seed:kind:name'",
        },
        "results": [_result(item, commit) for item in drawn],
        "artefacts": [_artefact(item, commit) for item in items],
    }


def _artefact(item: Artefact, commit: str) -> dict[str, Any]:
    known = item.content is not None
    return {
        "kind": item.kind,
        "name": safe(item.name),
        "object": item.object,
        "entry": entry_name(item) if known else None,
        "bytes": len(item.content or b"") if known else None,
        "sha256": hashlib.sha256(item.content or b"").hexdigest() if known else None,
        "withheld": safe(item.withheld),
        "check": command(item, commit),
        "rules": list(item.rules),
        "notes": [safe(note) for note in item.notes],
    }


def _result(item: Drawn, commit: str) -> dict[str, Any]:
    result = item.result
    return {
        "rule": result.rule,
        "title": result.title,
        "clauses": list(result.clauses),
        "state": result.state.value,
        "grade": result.grade.value if result.grade else None,
        "message": safe(result.message),
        "population": item.population,
        "sampled": [{"kind": kind, "name": safe(name)} for kind, name in item.chosen],
        "statements": [s for e in result.evidence if (s := _statement(e, commit))],
        "searched": [safe(text) for text in result.searched],
    }


def _statement(item: Evidence, commit: str) -> dict[str, Any] | None:
    """Return what rests on no single artefact: a figure, an absence, a setting."""
    if item.kind == "history":
        return {"kind": "history", "note": safe(item.note), "check": safe(item.ref)}
    if item.kind == "absence":
        path = item.path if _PRINTABLE.match(item.path) else ""
        check = f"git ls-tree -r --name-only {commit}" + (f" -- {shlex.quote(path)}" if path else "")
        return {"kind": "absence", "note": safe(item.note), "path": safe(item.path), "check": check}
    if item.kind == "setting":
        return {"kind": "setting", "note": safe(item.note), "check": ""}
    return None


def archive(report: Report, asked: Mapping[str, Any], drawn: Iterable[Drawn], items: Iterable[Artefact]) -> bytes:
    """Return the archive."""
    items, drawn = list(items), list(drawn)
    told = manifest(report, asked, drawn, items)
    entries = {entry_name(item): item.content for item in items if item.content is not None}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as pack:
        _put(pack, "README.txt", "\n".join(_readme(told)).encode("utf-8") + b"\n")
        _put(pack, "manifest.json", (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
        _put(pack, "report.json", json_report.render(report).encode("utf-8"))
        lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(entries.items())]
        _put(pack, "SHA256SUMS", "".join(f"{line}\n" for line in lines).encode("utf-8"))
        for name, content in sorted(entries.items()):
            _put(pack, name, content)
    return out.getvalue()


def _put(pack: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    pack.writestr(info, content)


def _readme(told: Mapping[str, Any]) -> Iterator[str]:
    subject, asked = told["subject"], told["asked"]
    yield f"Evidence sampled from {subject['name']} at commit {subject['commit']}, as of {subject['as_of']} (UTC)"
    yield ""
    yield f"Made by qmslint {told['tool']['version']}: clauses {', '.join(asked['clauses']) or 'all'}, up to"
    yield f"{asked['sample']} artefacts cited by each result, seed {asked['seed']}. The sample is {asked['method']};"
    yield "the same seed gives the same sample."
    yield ""
    yield "Unpacked content: sha256sum -c SHA256SUMS. Against the repository: run the command of each artefact in a"
    yield "clone; its output has to be the digest in front of it. manifest.json holds the same for programs."
    yield ""
    yield "The states are what rules see in the repository; whether requirements are met is for people to decide."
    yield ""
    for result in told["results"]:
        grade = f" ({result['grade']})" if result["grade"] else ""
        yield f"{result['rule']}: {result['state'].replace('_', ' ')}{grade}, clauses {', '.join(result['clauses'])}"
        yield f"  {result['message']}"
        yield f"  {len(result['sampled'])} of {result['population']} cited artefacts sampled"
    yield ""
    for item in told["artefacts"]:
        yield f"{item['sha256'] or item['withheld']}  {item['entry'] or item['name']}"
        yield f"  {item['check']}"


def _spelled(letter: str) -> str:
    if _PLAIN.match(letter):
        return letter
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogateescape"))
