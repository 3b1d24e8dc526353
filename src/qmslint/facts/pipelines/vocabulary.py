"""The word lists of pipeline steps, prepared for looking up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.quick import regex

_GOALS = frozenset(
    {"mvn", "gradle", "ant", "ninja", "scons", "sbt", "lein", "xmake", "rake", "make", "mill", "cap", "Rscript"}
)
_WORD = regex(r"[A-Z]?[a-z]+[0-9]*|[A-Z]+(?![a-z])|[0-9]+")

_BESIDE_TESTS = regex(
    r"((?:^|:)(?:checkstyle|spotbugs|pmd|detekt|lint|ktlint|compile|process|spotless|codenarc)\w*?)(?:Integration)?Tests?(?=\w*$)"
)
_OF_CODE = frozenset({"test", "build", "lint", "typecheck", "coverage"})

Rows = tuple[tuple[tuple[str, ...], frozenset[str]], ...]


_CHOSEN = regex(r" --(?:scanners|security-checks)[ =]([\w,-]{1,100})")


def classes_of(value: Any) -> frozenset[str]:
    """Return the classes written as one word or a list; ``none`` stands for known and without a class."""
    found = (value,) if isinstance(value, str) else tuple(value)
    return frozenset(item for item in found if item != "none")


def _tried(word: str, flags: frozenset[str]) -> bool:
    flag, _, value = word.partition("=")
    return flag in flags and value.lower() not in ("none", "false", "0")


class Words:
    """Looks up what executables, actions, images and names stand for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.aliases: Mapping[str, str] = data["aliases"]
        self.wrappers: Mapping[str, list[str]] = data["wrappers"]
        self.pairs: Mapping[str, Mapping[str, list[str]]] = data["wrapper_pairs"]
        self.neutral = frozenset(data["neutral_flags"])
        self.neutral_pairs = tuple(f" {pair} " for pair in data["neutral_pairs"])
        self.skip_tests = tuple(f" {flag} " for flag in data["skip_tests"])
        self.idle = frozenset(data["idle_flags"])
        self.tried = frozenset(data["trial_flags"])
        self.untried = frozenset(data["not_in_a_trial"])
        self.everyday = frozenset(data["everyday"])
        self.beside = frozenset(data["external_beside"])
        self.stops = frozenset(data["name_stops"])
        self.experimental = frozenset(data["experimental"])
        self.container_options = frozenset(data["container_options"])
        self._rows: dict[str, Rows] = {}
        self._actions = {name.lower(): classes_of(value) for name, value in data["actions"].items()}
        self._names = {name: classes_of(value) for name, value in data["names"].items()}
        self._hooks = {name.lower(): classes_of(value) for name, value in data["hooks"].items()}

    def known(self, tool: str) -> bool:
        """Say whether an executable is in the lists."""
        return tool in self.data["commands"]

    def command(self, tool: str, arguments: tuple[str, ...]) -> frozenset[str] | None:
        """Return the classes of a call, ``None`` for an executable that is not known."""
        if tool not in self.data["commands"]:
            return None
        if self.idle.intersection(arguments) and tool not in ("node",):
            return frozenset()
        if tool == "gradle":
            # cleanTest forgets what a test run found, and checkstyleTest looks at the code of tests: neither runs any.
            arguments = tuple(
                _BESIDE_TESTS.sub(r"\1", word) for word in arguments if not word.rpartition(":")[2].startswith("clean")
            )
        found: set[str] = set()
        rest: frozenset[str] = frozenset()
        always: frozenset[str] = frozenset()
        idle = False
        for words, classes in self._entry(tool):
            if words == ("",):
                rest = classes
            elif words == ("bare",):
                if all(item.startswith("-") for item in arguments):
                    rest = classes
            elif words == ("any",):
                always = classes
            elif _fits(words, arguments, tool in _GOALS):
                found |= classes | {"*"}
                idle = idle or not classes
        # A call that is known to do nothing does nothing of what the others do.
        found |= frozenset() if idle else always
        result = frozenset(found - {"*"}) if found or idle or always else rest
        text = " " + " ".join(arguments) + " "
        if "test" in result and any(flag in text for flag in self.skip_tests):
            result -= {"test", "coverage"}
        if result & self.untried and any(_tried(word, self.tried) for word in arguments):
            result -= self.untried
        chosen = _CHOSEN.search(text) if tool in self.data["chosen_scanners"] else None
        if chosen:
            table: Mapping[str, str] = self.data["chosen_scanners"][tool]
            known = frozenset(table[word] for word in chosen[1].split(",") if word in table)
            # Scanners that are named replace the ones a call has by itself.
            result = (result - frozenset(table.values())) | known if known else result
        return result

    def _entry(self, tool: str) -> Rows:
        if tool not in self._rows:
            value = self.data["commands"][tool]
            if isinstance(value, dict):
                rows = tuple((tuple(str(key).split()) or ("",), classes_of(item)) for key, item in value.items())
            else:
                rows = ((("any",), classes_of(value)),)
            self._rows[tool] = rows
        return self._rows[tool]

    def neutral_flag(self, arguments: tuple[str, ...]) -> str:
        """Return the argument that keeps a failure from counting, or an empty string."""
        for word in arguments:
            if word in self.neutral:
                return word
        text = " " + " ".join(arguments) + " "
        return next((pair.strip() for pair in self.neutral_pairs if pair in text), "")

    def action(self, name: str) -> frozenset[str] | None:
        """Return the classes of an action by the longest known beginning of its name."""
        text = name.split("@")[0].lower()
        while text:
            if text in self._actions:
                return self._actions[text]
            text = text.rpartition("/")[0]
        return None

    def part(self, table: str, name: str) -> frozenset[str] | None:
        """Return the classes of the first entry of ``table`` that is part of ``name``."""
        text = name.lower()
        for part, value in self.data[table].items():
            if part.lower() in text:
                return classes_of(value)
        return None

    def hook(self, identifier: str, address: str) -> frozenset[str]:
        """Return the classes of a hook by its id, else by the repository it comes from."""
        known = self._hooks.get(identifier.lower())
        if known is None:
            known = self._hooks.get(address.rstrip("/").rsplit("/", 1)[-1].lower())
        return known or frozenset()

    def name(self, text: str) -> frozenset[str]:
        """Return what the words of a name say; nothing when a word shows that it prepares or reports something."""
        words = {word.lower() for word in _WORD.findall(text[:200])}
        if words & self.stops:
            return frozenset()
        return frozenset(item for word in words for item in self._names.get(word, ()))

    def is_experimental(self, text: str) -> bool:
        """Say whether a name calls the thing an experiment beside the gate."""
        lowered = text.lower()
        return any(word in lowered for word in self.experimental)

    def external(self, words: Iterable[str]) -> frozenset[str]:
        """Return what the name or the inputs of something external say that it does."""
        table: Mapping[str, Any] = self.data["external_words"]
        text = "-".join(words).lower().replace("_", "-")
        parts = frozenset(re.split(r"[^a-z0-9]+", text))
        found = frozenset(
            item
            for word, value in table.items()
            if (word in parts if "-" not in word else word in text)
            for item in classes_of(value)
        )
        return found - _OF_CODE if parts & self.beside else found


def _fits(words: tuple[str, ...], arguments: tuple[str, ...], goals: bool) -> bool:
    first = words[0]
    if first[0] in "-*" or goals:
        return all(_has(word, arguments) for word in words)
    return any(_same(first, candidate) for candidate in _subcommands(arguments)) and all(
        _has(word, arguments) for word in words[1:]
    )


def _subcommands(arguments: tuple[str, ...]) -> list[str]:
    """Return the first argument that is no option, and the next one where the first may be an option's value."""
    found: list[str] = []
    behind_option = False
    for word in arguments:
        if word.startswith(("-", "+")):
            behind_option = "=" not in word and word.startswith("-")
            if found:
                break
            continue
        found.append(word)
        if len(found) == 2 or not behind_option:
            break
        behind_option = False
    return found


def _has(word: str, arguments: tuple[str, ...]) -> bool:
    return any(_same(word, argument) for argument in arguments)


def _same(word: str, argument: str) -> bool:
    options = (argument, argument.rsplit(":", 1)[-1], argument.split("=", 1)[0])
    if len(word) > 2 and word[0] == word[-1] == "*":
        return word[1:-1] in argument
    if word.endswith("*") and len(word) > 1:
        return any(option.startswith(word[:-1]) for option in options)
    if word.startswith("*") and len(word) > 1:
        return any(option.endswith(word[1:]) for option in options)
    return word in options


@fact
def vocabulary(scan: Scan) -> Words:
    """Return the word lists of pipeline steps."""
    return Words(scan.words("steps"))
