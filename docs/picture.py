"""Draw the beginning of a terminal report as ``docs/report.svg``: ``python docs/picture.py [REPOSITORY]``."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

LINES = 46
WIDTH = 118


def main(repository: str) -> None:
    """Run the check as a user would and keep what fits on one screen."""
    command = [sys.executable, "-m", "qmslint", "check", repository, "--fail-on", "never"]
    answer = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": str(WIDTH), "TERM": "xterm-256color", "FORCE_COLOR": "1", "PATH": os.environ["PATH"]},
    )
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ qmslint check .\n" + "\n".join(answer.stdout.split("\n")[:LINES])))
    drawing = console.export_svg(title="qmslint")
    # A picture that loads nothing: whatever monospaced font the reader has will do.
    drawing = re.sub(r"@font-face\s*\{[^}]*\}\s*", "", drawing).replace("Fira Code", "ui-monospace, Menlo, Consolas")
    Path(__file__).with_name("report.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
