"""The command line.

``--help`` and ``--version`` are answered here without importing anything, so that asking costs little more
than starting Python; a test compares the text with what the real parser prints.
"""

from __future__ import annotations

import sys

from qmslint import __version__

COMMANDS = {
    "baseline": "Write down known findings, so that only new ones fail.",
    "check": "Examine a repository and report clause by clause.",
    "clauses": "List the clauses of an edition and how far each can be seen.",
    "diff": "Show what became better, worse, new or gone between two revisions.",
    "documents": "List the controlled documents with owner, change, approval and review.",
    "evidence": "Pack a sample of the evidence with digests and commands to check it.",
    "explain": "Say what a rule or clause is about, and what would satisfy it.",
    "import": "Take over rules of other programs, as far as they map.",
    "init": "Look at a repository and propose a configuration with reasons.",
    "metrics": "Show delivery figures with their definition, window, count and source.",
    "rules": "List the rules; make a new one; run their cases.",
    "scaffold": "Write a document to start from, which counts only when it is filled in.",
    "schema": "Print the JSON Schema of packs, configuration or reports.",
    "selftest": "Run the packaged cases in this environment, and record it.",
    "trace": "Follow changes from story to release note; name what is left over.",
    "trend": "Show the states of the clauses over time.",
}
"""Every command with its one line; its module is imported only when it runs."""
MODULES = {"import": "import_"}
"""Modules of commands that have another name, because theirs is a word of Python."""

VERSION = f"qmslint, version {__version__}"
HELP = """\
Usage: qmslint [OPTIONS] COMMAND [ARGS]...

  See, clause by clause, how far the evidence of a quality management system
  is really in a git repository.

  Exit codes: 0 nothing at or above --fail-on; 1 a nonconformity; 2 wrong
  usage, configuration or pack (nothing was examined); 3 a defect of this
  program; 4 nothing could be assessed, or more than --max-unassessed allows.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
""" + "\n".join(f"  {name:<{max(map(len, COMMANDS))}}  {text}" for name, text in sorted(COMMANDS.items()))


def main(arguments: list[str] | None = None) -> None:
    """Run the program and end the process with the documented exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given not in _QUICK:
        from qmslint.cli.group import prepare

        prepare()
    sys.exit(run(given))


def run(arguments: list[str] | None = None) -> int:
    """Run the program and return the exit code; no traceback reaches the user unless QMSLINT_DEBUG is set."""
    given = sys.argv[1:] if arguments is None else arguments
    if given in _QUICK:
        print(VERSION if given == ["--version"] else HELP)
        return 0
    from qmslint.cli.group import run as run_command

    return run_command(given)


_QUICK = (["--help"], ["-h"], ["--version"])
