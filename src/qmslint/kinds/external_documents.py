"""Documents of external origin are listed with their editions, cited alike, and not copied."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.external_documents import Citation, citations, copies, listed
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """Every standard that controlled documents cite is in a list that names its edition."""

    keys: tuple[str, ...] = option("Keys of the documents that hold such a list.")
    at_least: float = option("Share of the cited standards that has to be listed with an edition, 0 to 1.", 0.8)


def check(params: Params, scan: Scan) -> Outcome:
    """Look for copies, then for editions that contradict each other, then for the list."""
    copied = copies(scan)
    if copied:
        places = [in_file(path, line, note) for path, line, note in copied[:_LISTED]]
        message = f"{len(copied)} files look like copies of copyrighted standards, first {copied[0][0]}; this is a legal matter"
        return nonconforming(message, places, "present", confidence=Confidence.MEDIUM)
    cited = citations(scan)
    held = listed(scan, params.keys)
    own = {(c.path, c.line) for c in held}
    elsewhere = [c for c in cited if (c.path, c.line) not in own]
    if not cited and not held:
        return not_applicable("no controlled document cites a standard", [absent_at("docs/", "citations of standards")])
    names = sorted({c.name for c in elsewhere})
    editions = {
        name: sorted({c.edition for c in held if c.name == name and c.edition}) for name in {c.name for c in held}
    }
    measured: dict[str, float | int | str] = {"cited": len(names), "listed": len({c.name for c in held})}
    odd = [c for c in elsewhere if c.edition and _contradicts(c, elsewhere, editions)]
    if odd:
        first = odd[0]
        others = sorted(
            {c.edition for c in (*elsewhere, *held) if c.name == first.name and c.edition} - {first.edition}
        )
        message = f"{first.name} is cited in different editions: {first.edition} and {', '.join(others)}"
        return nonconforming(message, [_cite(c) for c in odd[:_LISTED]], "contradiction", measured=measured)
    if not held:
        where = [_cite(c) for c in elsewhere[:_LISTED]]
        message = (
            f"{len(names)} standards are cited ({', '.join(names[:5])}), but no list of external documents was found"
        )
        return nonconforming(
            message, [*where, absent_at("docs/external-documents.md", "list")], "absent", measured=measured
        )
    lacking = [name for name in names if not editions.get(name)]
    share = 1 - len(lacking) / len(names) if names else 1.0
    bare = sorted(name for name, years in editions.items() if not years)
    measured |= {"share": round(share, 3), "needed": params.at_least, "without edition": len(bare)}
    evidence = [_cite(c) for c in held[:_LISTED]]
    if share < params.at_least or len(bare) > (1 - params.at_least) * len(editions):
        gaps = [*lacking, *(name for name in bare if name not in lacking)]
        message = f"{', '.join(gaps[:6])} {'is' if len(gaps) == 1 else 'are'} not listed with an edition"
        return nonconforming(
            message,
            [*(_cite(c) for c in elsewhere if c.name in gaps)][:_LISTED] or evidence,
            "incomplete",
            measured=measured,
        )
    message = f"{len(editions)} documents of external origin are listed, with editions"
    return conforming(message, evidence, measured=measured)


def _contradicts(one: Citation, cited: list[Citation], editions: dict[str, list[str]]) -> bool:
    """Say whether a citation names an edition that the list does not, or others do not where there is no list."""
    known = editions.get(one.name)
    if known:
        return one.edition not in known
    return any(c.name == one.name and c.edition and c.edition != one.edition for c in cited)


def _cite(citation: Citation) -> Evidence:
    return in_file(citation.path, citation.line, f"{citation.name}{':' if citation.edition else ''}{citation.edition}")
