"""Who a document names: persons, teams, handles and addresses, told from words that only begin with capitals."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan, fact_of_words
from qmslint.facts.markup import Document
from qmslint.patterns import any_of
from qmslint.quick import regex

_HANDLE = regex(r"(?:^|[\s(|,*`])@[A-Za-z0-9][\w.-]{1,38}(?:/[\w.-]{1,60})?")
_ADDRESS = regex(r"[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,60}")
_PERSON = regex(
    r"\b([A-ZÀ-Þ][a-zß-ÿ'’-]{1,20})(?: [A-ZÀ-Þ]\.)? ((?:[A-ZÀ-Þ]['’])?[A-ZÀ-Þ][a-zß-ÿ]{1,20}(?:-?[A-ZÀ-Þ][a-zß-ÿ]{1,20})?)\b"
)
_PROFILE = regex(r"^https?://(?:www\.)?(?:github|gitlab|codeberg|twitter|x)\.(?:com|org)/@?[\w.-]{1,40}/?$")
_SMALL = regex(r"\b[a-zß-ÿ]{2,30}\b")
_WORDS = regex(r"[a-zß-ÿ]+")


@fact_of_words
def _teams(scan: Scan) -> Any:
    return any_of(scan.words("people", "teams"))


@fact_of_words
def _things(scan: Scan) -> Any:
    return any_of(scan.words("people", "no_names"))


def who_is_named(scan: Scan, document: Document) -> tuple[int, str] | None:
    """Return line and text of the first person, team, handle, address or profile that a document names.

    Two words with capitals are a person's name only where neither stands for a thing or an office, and where the
    second is not written small elsewhere in the same document, as words of headings are.
    """
    team, things = _teams(scan), _things(scan)
    small: frozenset[str] | None = None
    for line in document.prose:
        text = line.text[:2000]
        if _HANDLE.search(text) or _ADDRESS.search(text) or team.search(text):
            return line.line, line.text
        for match in _PERSON.finditer(text):
            words = _WORDS.findall(f"{match[1]} {match[2]}".lower())
            if any(things.fullmatch(word) for word in words):
                continue
            if small is None:
                small = frozenset(word for each in document.prose for word in _SMALL.findall(each.text[:2000]))
            if words and words[-1] not in small:
                return line.line, line.text
    for link in document.links:
        if _PROFILE.match(link.target):
            return link.line, link.target
    return None
