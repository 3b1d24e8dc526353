"""One file of patterns for the whole tree: the CODEOWNERS of GitHub, GitLab, Bitbucket, Gitea and Forgejo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from qmslint.facts.base import Scan
from qmslint.facts.codeowners.match import MAX_PATTERN, Paths, expression, gitignore_like
from qmslint.facts.codeowners.model import Mistake, OwnerRule, Ownership
from qmslint.quick import regex

PLACES = (
    (".github/CODEOWNERS", "github"),
    (".gitlab/CODEOWNERS", "gitlab"),
    (".bitbucket/CODEOWNERS", "bitbucket"),
    (".gitea/CODEOWNERS", "gitea"),
    (".forgejo/CODEOWNERS", "gitea"),
    ("CODEOWNERS", ""),
    ("docs/CODEOWNERS", ""),
)
_RULES = 5000
_LINE = 20_000
_WORK = 3_000_000
_SECTION = regex(r"(\^?)\[([^\]]{1,255})\](?:\[(\d{1,3})\])?(?:\s+(.*))?\Z")
_MAIL = regex(r"[^\s@<>]{1,100}@[^\s@<>]{1,150}\.[^\s@<>.]{1,30}\Z")
_HANDLE = regex(r"@@?[\w.-]{1,100}(?:/[\w./-]{1,200})?\Z")
_SELECTOR = regex(r":(?:all|random|least_busy)(?:\(\d+\))?\Z")
_REGEX_SIGNS = regex(r"\.\*|\\\.|\$\s|\)\s|\.\+")


def read(scan: Scan) -> Ownership | None:
    """Return the rules of the first file the platform would read, ``None`` when there is no such file."""
    present = [(path, dialect) for path, dialect in PLACES if path in scan.snapshot.blobs]
    texts = [(path, dialect, text) for path, dialect in present if (text := scan.text(path)) is not None]
    for path, _ in present:
        if scan.text(path) is None:
            scan.problem(path, "PARSE_ERROR", "it is not readable text")
    if not texts:
        return None
    path, stated, text = texts[0]
    dialect = stated or _dialect(scan, text)
    rules, mistakes = _parse(path, text, dialect)
    owned, dead, broken = _resolve(scan, dialect, rules)
    return Ownership(
        dialect,
        (path,),
        tuple(rules),
        (*mistakes, *broken),
        tuple(p for p, _, _ in texts[1:]),
        owned,
        dead,
    )


def _dialect(scan: Scan, text: str) -> str:
    """Tell the dialect of a file at a place that several platforms read."""
    lines = [line.strip() for line in text.splitlines()[:_RULES]]
    if any(_SECTION.match(line) for line in lines) or any("@@" in line for line in lines if line[:1] != "#"):
        return "gitlab"
    if scan.glob("/.gitea/**", "/.forgejo/**"):
        return "gitea"
    if scan.glob("/.github/**"):
        return "github"
    if scan.glob("/.gitlab-ci.yml", "/.gitlab/**"):
        return "gitlab"
    if scan.glob("/bitbucket-pipelines.yml"):
        return "bitbucket"
    signs = sum(1 for line in lines if line[:1] not in ("#", "") and _REGEX_SIGNS.search(line + " "))
    return "gitea" if signs and signs * 2 >= sum(1 for line in lines if line and line[0] != "#") else "github"


@dataclass(slots=True)
class _State:
    section: str = ""
    optional: bool = False
    defaults: tuple[str, ...] = ()
    mistakes: list[Mistake] = field(default_factory=list)


def _parse(path: str, text: str, dialect: str) -> tuple[list[OwnerRule], list[Mistake]]:
    rules: list[OwnerRule] = []
    state = _State()
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if len(rules) >= _RULES:
            state.mistakes.append(Mistake(path, number, f"only the first {_RULES} rules were read"))
            break
        if dialect == "gitlab" and (match := _SECTION.match(line)):
            state.section, state.optional = match[2].strip().lower(), bool(match[1])
            state.defaults = tuple(_owners(path, number, (match[4] or "").split(), dialect, state))
            continue
        if len(line) > _LINE:
            state.mistakes.append(Mistake(path, number, "the line is too long"))
            continue
        if rule := _rule(path, number, line, dialect, state):
            rules.append(rule)
    return rules, state.mistakes


def _rule(path: str, number: int, line: str, dialect: str, state: _State) -> OwnerRule | None:
    words = list(_words(line))
    pattern, rest = words[0], words[1:]
    negated = pattern.startswith("!")
    if dialect in ("github", "bitbucket") and (negated or "[" in pattern):
        state.mistakes.append(Mistake(path, number, f"{pattern}: `!` and `[ ]` are not understood here"))
        return None
    if len(pattern) > MAX_PATTERN:
        state.mistakes.append(Mistake(path, number, "the pattern is too long"))
        return None
    if dialect in ("gitlab", "gitea") and negated:
        pattern = pattern[1:]
    owners = tuple(_owners(path, number, rest, dialect, state))
    if rest and not owners:
        return None
    if not owners and dialect == "gitlab" and not (negated and dialect == "gitlab"):
        owners = state.defaults
    if not owners and dialect == "gitea":
        state.mistakes.append(Mistake(path, number, "no owner is given"))
        return None
    return OwnerRule(path, number, pattern, owners, state.section, state.optional, negated)


def _words(line: str) -> Iterator[str]:
    """Yield words; a backslash keeps a space inside, a lone ``#`` starts a comment."""
    word = ""
    position = 0
    while position < len(line):
        letter = line[position]
        if letter == "\\" and position + 1 < len(line) and line[position + 1] in " \t#":
            word += line[position + 1]
            position += 2
            continue
        if letter in " \t":
            if word:
                yield word
            word = ""
        elif letter == "#" and not word:
            return
        else:
            word += letter
        position += 1
    if word:
        yield word


def _owners(path: str, number: int, words: list[str], dialect: str, state: _State) -> Iterator[str]:
    for word in words:
        word = word.rstrip(",")
        if dialect == "bitbucket" and _SELECTOR.search(word):
            word = _SELECTOR.sub("", word)
        if _HANDLE.match(word) or _MAIL.match(word):
            yield word
        elif dialect == "gitea" and re.match(r"[\w.-]{1,100}(?:/[\w.-]{1,100})?\Z", word):
            yield "@" + word
        else:
            state.mistakes.append(Mistake(path, number, f"{word[:80]!r} is not an owner: a handle begins with @"))


Owned = dict[str, tuple[OwnerRule, ...]]


def _resolve(scan: Scan, dialect: str, rules: list[OwnerRule]) -> tuple[Owned, tuple[OwnerRule, ...], list[Mistake]]:
    paths = Paths(scan.snapshot.paths)
    deciding: dict[str, dict[str, OwnerRule]] = {}
    everything: dict[str, list[OwnerRule]] = {}
    taken_out: dict[str, set[str]] = {}
    dead, broken = [], []
    work = 0
    for rule in rules:
        found = _matched(paths, dialect, rule)
        if found is None:
            broken.append(Mistake(rule.path, rule.line, f"{rule.pattern}: not a usable regular expression"))
            continue
        work += len(found)
        if work > _WORK:
            scan.problem(rule.path, "LIMIT", "there are too many rules over too many files to resolve them all")
            break
        if not found:
            dead.append(rule)
        for path in found:
            if dialect == "gitea":
                everything.setdefault(path, []).append(rule)
            elif dialect == "gitlab" and rule.negated:
                taken_out.setdefault(rule.section, set()).add(path)
                deciding.get(path, {}).pop(rule.section, None)
            elif path not in taken_out.get(rule.section, ()):
                deciding.setdefault(path, {})[rule.section] = rule
    owned: Owned = {path: tuple(items) for path, items in everything.items()}
    for path, sections in deciding.items():
        # Sections add up; owners that must approve come first.
        items = sorted((r for r in sections.values() if r.owners), key=lambda r: r.optional)
        if items:
            owned[path] = tuple(items)
    return owned, tuple(dead), broken


def _matched(paths: Paths, dialect: str, rule: OwnerRule) -> list[str] | None:
    if dialect != "gitea":
        gitlab = dialect == "gitlab"
        return gitignore_like(paths, rule.pattern, floating=gitlab, folders=not gitlab)
    found = expression(paths, rule.pattern)
    if found is None or not rule.negated:
        return found
    inside = set(found)
    return [path for path in paths.sorted if path not in inside]
