"""Version numbers taken apart, and which of two comes later.

One order for what projects write: Semantic Versioning 2.0 (clause 11), Python's PEP 440, calendar versions and
plain numbers.
"""

from __future__ import annotations

from functools import lru_cache

from qmslint.quick import dataclass, regex

_VERSION = regex(
    r"(?:[0-9]{1,4}!)?([0-9]{1,18}(?:\.[0-9]{1,18}){0,5})((?:(?:[-._+~][0-9A-Za-z]|[A-Za-z])[0-9A-Za-z.+_~-]{0,60})?)\Z"
)
_TOKEN = regex(r"[0-9]{1,18}|[a-z]+")
_WORDS = {"a": "alpha", "b": "beta", "c": "rc", "cr": "rc", "pre": "rc", "preview": "rc", "rev": "post", "r": "post"}
_EARLIEST = {"dev": 0, "devel": 0, "snapshot": 0}

Key = tuple[tuple[int, ...], int, tuple[tuple[int, int, str], ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """A version number.

    Parameters
    ----------
    text : str
        As written, without a leading ``v``.
    numbers : tuple of int
        The release part.
    suffix : str
        What follows it, in lower case, without build metadata.
    pre : bool
        Whether it comes before the release of these numbers.
    """

    text: str
    numbers: tuple[int, ...]
    suffix: str
    pre: bool

    @property
    def key(self) -> Key:
        """Sorts versions by precedence."""
        return _key(self.numbers, self.suffix, self.pre)

    def same(self, other: Version) -> bool:
        """Say whether two spellings mean the same version."""
        return self.key == other.key


@lru_cache(maxsize=65_536)
def _key(numbers: tuple[int, ...], suffix: str, pre: bool) -> Key:
    # Releases are compared each with each: taking them apart every time would cost more than all else.
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers = numbers[:-1]
    tokens = tuple(_rank(token) for token in _TOKEN.findall(suffix))
    phase = 0 if pre else 2 if any(t[2] == "post" for t in tokens) else 1
    return numbers, phase, tokens if phase != 1 else ()


def _rank(token: str) -> tuple[int, int, str]:
    if token.isdigit():
        return 1, int(token), ""
    word = _WORDS.get(token, token)
    return (0, 0, "") if word in _EARLIEST else (2, 0, word)


def version_of(text: str, pre: frozenset[str], final: frozenset[str]) -> Version | None:
    """Return a version number taken apart, or ``None`` when the text is none.

    Parameters
    ----------
    text : str
        Such as ``1.2.0-rc.1`` or ``v2026.4``.
    pre, final : frozenset of str
        Words by which what follows the numbers is, or is not, a pre-release.
    """
    bare = text.strip()
    bare = bare[1:] if bare[:1] in "vV" else bare
    match = _VERSION.match(bare)
    if not match:
        return None
    numbers = tuple(int(part) for part in match[1].split("."))
    suffix = match[2].lower().partition("+")[0]
    return Version(bare, numbers, suffix, _is_pre(suffix, pre, final))


def _is_pre(suffix: str, pre: frozenset[str], final: frozenset[str]) -> bool:
    words = [token for token in _TOKEN.findall(suffix) if not token.isdigit()]
    if not words:
        # `1.0.0-2`: a pre-release by the letter of Semantic Versioning, a rebuild by custom of distributions.
        return False
    if any(word in pre for word in words):
        return True
    if words[0] in final:
        return False
    return suffix.startswith("-")
