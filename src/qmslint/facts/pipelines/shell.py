"""Split shell scripts into simple commands, in one linear pass, with what keeps their failure from counting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from qmslint.quick import dataclass, regex

LIMIT = 64 * 1024
_TOKEN = regex(
    r"""\\\r?\n|\r?\n|\#[^\n]*|&&|\|\||;;|[;|()`]|\d?>&?|<|&|'[^']*'|"(?:[^"\\]|\\.)*"|\$\{\{[^}\n]*\}\}|\$\([A-Za-z_][\w.-]*\)|\$\$?\((?!\()|\\.|[ \t]+|[^\s;&|()'"\\\#<>`$]+|.""",
    re.S,
)
_HEREDOC = regex(r"<<-?\s*(['\"\\]?)(\w+)")
_BREAKS = frozenset({"\n", "&&", "||", ";", ";;", "|", "&", "(", ")", "`"})
_KEYWORDS = frozenset(
    {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done", "esac", "time"}
)
_INVERTED = regex(
    r"(?:^|[\n;])\s{0,40}if\s+(?![!\[(])([^;\n]{1,300}?)\s{0,20}[;\n]\s{0,40}then\b(?:(?!\b(?:else|elif|fi)\b)[\s\S]){0,600}?\bexit\s+[1-9]"
)
_FUNCTION = regex(
    r"^[ \t]*(?:function[ \t]+)?([A-Za-z_][\w-]{0,60})[ \t]*\(\)[ \t]*\{"
    r"(?:[ \t]*\n([\s\S]{1,8000}?)\n[ \t]*\}[ \t]*$|[ \t]*([^\n]{1,400}?);?[ \t]*\}[ \t]*$)",
    re.M,
)
_TAKES = regex(r"\$\{?[1-9@*]")
_SHIFT = regex(r"(?:^|[\n;])[ \t]*shift[ \t]*(?=[\n;]|$)")
_NAMED = regex(r"(?:^|[\n;])[ \t]*(?:local[ \t]+)?([A-Za-z_]\w*)=\"?\$\{?([1-9])\}?\"?[ \t]*(?=[\n;]|$)")
_CALLS = (40, 8, 2)
"""Calls of functions that are followed: in a script, in the body of a function, and in one that this calls."""
_CONDITIONS = frozenset({"if", "elif", "while", "until"})
_ASSIGNMENT = regex(r"[A-Za-z_]\w*\+?=")
_QUIET = frozenset({"true", ":", "echo", "printf", "exit 0", "return 0", "/bin/true", "continue", "warn", "write-host"})


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: its words without quotes, its line (0-based), and why its failure would not count."""

    words: tuple[str, ...]
    line: int
    ignored: str = ""

    @property
    def text(self) -> str:
        """The words on one line."""
        return " ".join(self.words)


def split(
    script: str, stops_at_errors: bool = True, depth: int = 0, functions: Mapping[str, str] | None = None
) -> list[Command]:
    """Return the simple commands of ``script``.

    Parameters
    ----------
    script : str
        Text of a shell script, at most 64 KiB of it are read.
    stops_at_errors : bool
        Whether the shell was started so that a failing command ends it (``-e``).
    depth, functions : int, mapping of str to str
        How many functions it is the body of, and the bodies of those it may call.
    """
    raw = list(_raw(_without_heredocs(script[:LIMIT])))
    rethrown = bool(re.search(r"(?:exit|return)\s+[\"']?(?:\$|[1-9])", script[:LIMIT]))
    stopping = stops_at_errors
    expected = _expected_to_fail(script[:LIMIT])
    commands = []
    for index, (words, line, after, tested) in enumerate(raw):
        if tested and " ".join(words) in expected:
            # Whoever shows a gate something bad tests the gate and not the product.
            continue
        if words[0] == "set" and len(words) > 1:
            stopping = _stopping(words, stopping)
            continue
        ignored = ""
        if after == "||":
            ignored = _rescue(raw, index + 1)
        elif tested and not rethrown:
            ignored = "its result is only looked at"
        elif not stopping and not rethrown and stops_at_errors and _followed(raw, index):
            ignored = "set +e"
        elif after == "&":
            ignored = "it runs in the background"
        commands.append(Command(tuple(words), line, ignored))
    known = _functions(script[:LIMIT]) if functions is None else functions
    return [*commands, *_called(commands, known, depth)] if known and depth < len(_CALLS) else commands


def _functions(script: str) -> Mapping[str, str]:
    """Return the bodies of the functions that take arguments, such as ``run() { "$@"; }``."""
    found = {match[1]: match[2] or match[3] for match in _FUNCTION.finditer(script)} if "()" in script else {}
    return {name: body for name, body in found.items() if _TAKES.search(body)}


def _called(commands: Sequence[Command], functions: Mapping[str, str], depth: int) -> Iterator[Command]:
    """Yield what functions do with the arguments they are called with."""
    calls = [
        command for command in commands if command.words[0] in functions and not _TAKES.match((*command.words, "$1")[1])
    ]
    for command in calls[: _CALLS[depth]]:
        name, *given = command.words
        # A function that calls itself is looked at once.
        others = {other: body for other, body in functions.items() if other != name}
        for inner in split(_with_arguments(functions[name], given), depth=depth + 1, functions=others):
            yield Command(inner.words, command.line, command.ignored or inner.ignored)


def _with_arguments(body: str, given: Sequence[str]) -> str:
    """Return the body of a function with the arguments of a call in the place of ``$1``, ``$@`` and names for them."""
    quoted = [word if re.fullmatch(r"[\w./:=@%+,-]+", word) else "'" + word.replace("'", "") + "'" for word in given]
    left = " ".join(quoted[len(_SHIFT.findall(body)) :])
    body = re.sub(r'"\$\{?[@*]\}?"|\$\{?[@*]\}?', lambda match: left, body)
    named = {match[1]: int(match[2]) for match in _NAMED.finditer(body)}
    body = re.sub(r"\$\{?([1-9])\}?", lambda match: _argument(given, int(match[1])), body)
    return re.sub(
        r"\$\{?([A-Za-z_]\w*)\}?",
        lambda match: _argument(given, named[match[1]]) if match[1] in named else match[0],
        body,
    )


def _argument(given: Sequence[str], place: int) -> str:
    return given[place - 1].replace('"', "") if place <= len(given) else ""


def _expected_to_fail(script: str) -> frozenset[str]:
    """Return the commands whose success ends the script with a failure: ``if scan bad; then exit 1; fi``."""
    if "exit" not in script or "if " not in script:
        return frozenset()
    return frozenset(" ".join(match[1].split()) for match in _INVERTED.finditer(script))


def _followed(raw: list[tuple[list[str], int, str, bool]], index: int) -> bool:
    """Say whether another command follows, whose result then stands for the script's."""
    return index + 1 < len(raw)


def _stopping(words: list[str], now: bool) -> bool:
    for word in words[1:]:
        if word.startswith("+") and "e" in word:
            return False
        if word.startswith("-") and not word.startswith("--") and "e" in word:
            return True
    return now


def _rescue(raw: list[tuple[list[str], int, str, bool]], index: int) -> str:
    """Return the command behind ``||`` if it cannot fail itself."""
    if index >= len(raw):
        return ""
    words, _, after, _ = raw[index]
    text = " ".join(words).lower()
    if words[0].lower() in _QUIET or text in _QUIET:
        # `a || { echo failed; exit 1; }` does count.
        following = raw[index + 1][0] if index + 1 < len(raw) else [""]
        if words[0].lower() in ("echo", "printf", "warn", "write-host") and (
            (following[0] in ("exit", "return", "false") and following[1:] != ["0"]) or after in ("&&", "||")
        ):
            return ""
        return "|| " + text[:60]
    return ""


def _without_heredocs(script: str) -> str:
    if "<<" not in script:
        return script
    out: list[str] = []
    end = ""
    for line in script.split("\n"):
        if end:
            out.append("")
            if line.strip() == end:
                end = ""
            continue
        match = _HEREDOC.search(line)
        if match and "<<<" not in line:
            end = match.group(2)
            line = line[: match.start()] + line[match.end() :]
        out.append(line)
    return "\n".join(out) if not end else script


def _raw(script: str) -> Iterator[tuple[list[str], int, str, bool]]:
    """Yield words, line, the connector that follows, and whether the result is a condition."""
    words: list[str] = []
    word = ""
    line = start = 0
    # Commands around the substitution of a command: their words so far, where they began, open brackets inside.
    around: list[tuple[list[str], str, int, list[str]]] = []
    for token in _TOKEN.findall(script):
        first = token[0]
        if len(token) > 1 and token[0] == "$" and token.endswith("("):
            around.append((words, word, start, []))
            words, word, start = [], "", line
        elif token == ")" and around and not around[-1][3]:
            yield from _finish([*words, word] if word else words, start, token)
            words, word, start, _ = around.pop()
            word += "$()"
        elif token in _BREAKS or (token.endswith("\n") and first != "\\"):
            if around and token == "(":
                around[-1][3].append(token)
            elif around and token == ")":
                around[-1][3].pop()
            if word:
                words.append(word)
                word = ""
            yield from _finish(words, start, "\n" if token.endswith("\n") else token)
            words = []
        elif first in " \t\\" and (first != "\\" or token.endswith("\n")):
            if word:
                words.append(word)
                word = ""
        elif first == "#" and not word:
            pass
        elif first in "<>" or (token[-1] in ">&" and first.isdigit()):
            if word:
                words.append(word)
            word = ">"
        else:
            if not words and not word:
                start = line
            word += _plain(token)
        line += token.count("\n")
    while around:
        # A bracket that never closes: what stands before it is still a command.
        yield from _finish([*words, word] if word else words, start, "")
        words, word, start, _ = around.pop()
    if word:
        words.append(word)
    yield from _finish(words, start, "")


def _plain(token: str) -> str:
    if len(token) > 1 and token[0] == token[-1] and token[0] in "'\"":
        return token[1:-1]
    return token[1:] if token[0] == "\\" and len(token) > 1 else token


def _finish(words: list[str], line: int, after: str) -> Iterator[tuple[list[str], int, str, bool]]:
    tested = False
    kept = list(words)
    while kept and kept[0] in _KEYWORDS:
        tested = tested or kept[0] in _CONDITIONS
        kept = kept[1:]
    if kept and kept[0] == "for":
        kept = []
    redirected = False
    clean = []
    for word in kept:
        if word.startswith(">") and len(word) == 1:
            redirected = True
        elif redirected or word.startswith(">"):
            redirected = False
        else:
            clean.append(word)
    while clean and _ASSIGNMENT.match(clean[0]):
        clean = clean[1:]
    if clean and clean[0]:
        yield clean, line, after, tested
