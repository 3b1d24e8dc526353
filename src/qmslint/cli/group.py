"""The group of commands; each command's module is imported only when it runs."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from importlib import import_module
from typing import Any

import click

from qmslint import __version__
from qmslint.cli import COMMANDS, MODULES
from qmslint.errors import QmslintError, Unassessable


class Commands(click.Group):
    """A group that knows its commands' names and one-line texts without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"qmslint.cli.{MODULES.get(name, name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in sorted(COMMANDS)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None
            raise


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qmslint")
def cli() -> None:
    """See, clause by clause, how far the evidence of a quality management system is really in a git repository.

    Exit codes: 0 nothing at or above --fail-on; 1 a nonconformity; 2 wrong usage, configuration or pack (nothing
    was examined); 3 a defect of this program; 4 nothing could be assessed, or more than --max-unassessed allows.
    """


def prepare() -> None:
    """Make a process of its own ready: it ends in order when told to, and can print any text."""
    _fill_streams()
    # The process is short; looking for cycles among hundreds of thousands of commits costs more than it frees.
    gc.disable()
    # A pipeline that is cancelled sends this signal; nothing temporary may stay behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fill_streams() -> None:
    """Put the null device where a standard stream was closed, so that no file that is opened later takes its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is the one that is missing.
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it lasts as long as the process


def run(arguments: list[str]) -> int:
    """Run a command and return the exit code; no traceback reaches the user unless QMSLINT_DEBUG is set."""
    try:
        result: Any = cli.main(args=arguments, prog_name="qmslint", standalone_mode=False)
        return int(result or 0)
    except click.exceptions.Abort:
        return _say("interrupted", 130)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        return _say(error.format_message(), 2, error.ctx.get_usage() if error.ctx else "")
    except click.ClickException as error:
        return _say(error.format_message(), 2)
    except QmslintError as error:
        if os.environ.get("QMSLINT_DEBUG"):
            raise
        return _say(str(error), error.exit_code)
    except Unassessable as trouble:
        return _say(f"the repository cannot be examined: {trouble.text}", 2)
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except BrokenPipeError:
        return _reader_gone()
    except SystemExit as done:
        # The parser's own way out when whoever reads the output went away.
        if isinstance(done.__context__, BrokenPipeError):
            return _reader_gone()
        raise
    except Exception as error:
        if os.environ.get("QMSLINT_DEBUG"):
            raise
        return _say(
            f"this is a defect of qmslint ({type(error).__name__}: {error}); "
            "set QMSLINT_DEBUG=1 to see where and please report it",
            3,
        )


def _reader_gone() -> int:
    # The null device in place of standard output keeps the interpreter from complaining when it flushes at the end.
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        pass
    return 141


def _say(text: str, code: int, usage: str = "") -> int:
    """Write one message to standard error, each of its lines behind our name: none starts with foreign text."""
    from qmslint.report.safe import safe

    lines = [f"qmslint: {safe(line)}" for line in text.splitlines()]
    try:
        sys.stderr.write("\n".join([*usage.splitlines(), *lines]) + "\n")
    except (OSError, UnicodeError, AttributeError):
        pass
    return code
