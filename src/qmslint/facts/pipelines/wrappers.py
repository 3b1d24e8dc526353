"""Take off what stands around a command: interpreters, runners, containers, their options."""

from __future__ import annotations

import re

from qmslint.facts.pipelines.known import Known
from qmslint.facts.pipelines.vocabulary import Words
from qmslint.quick import regex

_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")
_PYTHON = regex(r"(?:python|pypy)[0-9.]*\Z")
_VERSIONED = regex(r"-?[0-9][0-9.]*\Z")
PROGRAM = regex(r"\.(?:py|js|mjs|cjs|ts|rb|php|pl|r|R|go|groovy)\Z")


def tool_of(vocab: Words, word: str) -> str:
    """Return the name by which the vocabulary knows the executable that a word calls."""
    name = word.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    for end in (".exe", ".cmd", ".bat", ".phar"):
        name = name.removesuffix(end)
    name = vocab.aliases.get(name, name)
    if not vocab.known(name) and "-" in name and _VERSIONED.search(name) and not _PYTHON.match(name):
        short = _VERSIONED.sub("", name)
        return short if vocab.known(short) else name
    return name


def unwrap(vocab: Words, words: tuple[str, ...], extra: list[Known]) -> tuple[tuple[str, ...], str]:
    """Take wrappers off; return the words of the command that is run, and the image it runs in."""
    image = ""
    for _ in range(12):
        while words and (_ASSIGNMENT.match(words[0]) or words[0] in ("!", "-", "@", "+")):
            words = words[1:]
        # An expression in front of a known command is a wrapper or nothing.
        if len(words) > 1 and words[0] == "$EXPRESSION":
            words = words[1:]
        if not words:
            break
        tool = tool_of(vocab, words[0])
        rest = words[1:]
        # It is only asked whether the executable is there.
        if tool == "command" and rest[:1] in (("-v",), ("-V",)):
            return (), ""
        if _PYTHON.match(tool):
            words = _python(rest)
        elif tool in ("coverage",) and rest[:1] == ("run",):
            extra.append(Known("coverage", " ".join(words), frozenset({"coverage"}), words=words))
            words = _after_options(rest[1:], ("--source", "--rcfile", "--data-file", "--omit", "--include", "-p"), True)
        elif tool in ("nyc", "c8", "kcov") and rest:
            extra.append(Known(tool, " ".join(words), frozenset({"coverage"}), words=words))
            words = _after_options(rest, ("--reporter", "--report-dir", "-r", "--temp-dir"))
        elif tool in ("php", "node", "ruby", "deno", "tsx", "ts-node", "bun", "jruby", "perl") and _runs_file(rest):
            words = _after_options(rest, ("-r", "--require", "-I", "-d", "--loader", "--import", "-c"))
        elif tool in ("docker", "podman", "docker-compose", "nerdctl"):
            inner = _container(vocab, tool, rest)
            if inner is None:
                break
            words, image = inner
        elif tool in vocab.pairs and (pair := _pair(vocab, tool, rest)) is not None:
            words = pair
        elif tool in vocab.wrappers:
            words = _after_options(rest, tuple(vocab.wrappers[tool]))
            if tool in ("timeout", "gtimeout", "retry", "nice") and words and re.match(r"\d+[smhd]?\Z", words[0]):
                words = words[1:]
            if tool == "npx" and words:
                words = (words[0].rsplit("@", 1)[0] if words[0].rfind("@") > 0 else words[0], *words[1:])
        else:
            break
    return words, image


def _runs_file(rest: tuple[str, ...]) -> bool:
    first = next((word for word in rest if not word.startswith("-")), "")
    return "--test" not in rest and ("/" in first or bool(PROGRAM.search(first)) or first == "artisan")


def _python(rest: tuple[str, ...]) -> tuple[str, ...]:
    while rest and rest[0].startswith("-") and rest[0] not in ("-m", "-c", "--version", "-V"):
        if rest[0] in ("-W", "-X"):
            rest = rest[1:]
        elif rest[0].startswith("-") and not rest[0].startswith("--") and rest[0].endswith("m") and len(rest[0]) > 2:
            return rest[1:]
        rest = rest[1:]
    if rest[:1] == ("-m",):
        return rest[1:]
    return () if rest[:1] in (("-c",), ("--version",), ("-V",)) else rest


def _pair(vocab: Words, tool: str, rest: tuple[str, ...]) -> tuple[str, ...] | None:
    before: tuple[str, ...] = ()
    while rest and rest[0].startswith("-") and rest[0] not in vocab.pairs[tool]:
        before, rest = before + rest[:1], rest[1:]
    for words, options in vocab.pairs[tool].items():
        size = len(words.split())
        if rest[:size] == tuple(words.split()):
            inner = _after_options(rest[size:], tuple(options))
            return (inner[0].rsplit("@", 1)[0] if inner[0].rfind("@") > 0 else inner[0], *inner[1:]) if inner else None
    return None


def _after_options(rest: tuple[str, ...], valued: tuple[str, ...], module: bool = False) -> tuple[str, ...]:
    index = 0
    while index < len(rest):
        word = rest[index]
        if module and word == "-m":
            return rest[index + 1 :]
        if word == "--":
            return rest[index + 1 :]
        if word in valued:
            index += 2
        elif word.startswith("-") or _ASSIGNMENT.match(word):
            index += 1
        else:
            break
    return rest[index:]


def _container(vocab: Words, tool: str, rest: tuple[str, ...]) -> tuple[tuple[str, ...], str] | None:
    """Return the command run in a container and its image; ``None`` where none is run."""
    if rest[:1] == ("compose",):
        rest = _compose(vocab, rest[1:])
    elif rest[:1] == ("container",):
        rest = rest[1:]
    if rest[:1] not in (("run",), ("exec",)):
        return None
    rest = rest[1:]
    index = 0
    entry = ""
    while index < len(rest) and rest[index].startswith("-"):
        word = rest[index]
        if word in vocab.container_options:
            if word == "--entrypoint" and index + 1 < len(rest):
                entry = rest[index + 1]
            index += 2
        else:
            entry = word.partition("=")[2] if word.startswith("--entrypoint=") else entry
            index += 1
    image = rest[index] if index < len(rest) else ""
    words = rest[index + 1 :]
    if entry:
        words = (entry, *words)
    classes = vocab.part("images", image)
    base = image.split(":")[0].split("@")[0].rsplit("/", 1)[-1]
    if classes is not None and not (words and vocab.known(tool_of(vocab, words[0]))):
        # The scanner is the entry point: its own arguments follow.
        return ((base, *words), image) if vocab.known(base) else ((), image)
    return words, image


def _compose(vocab: Words, rest: tuple[str, ...]) -> tuple[str, ...]:
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in vocab.container_options else rest[1:]
    return rest
