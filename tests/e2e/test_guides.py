"""Every command of the guides runs, in order, in a small product, and ends as the guide says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from qmslint.repo.build import moment

from .guide_ground import TODAY, product
from .test_bad_input import environment

TOP = Path(__file__).parents[2]
GUIDES = sorted((TOP / "docs/guides").glob("*.md"))
RUN = [guide for guide in GUIDES if "```console runnable" in guide.read_text(encoding="utf-8")]
ELSEWHERE = re.compile(r"pip install qmslint|docker |pre-commit install|qmslint selftest --record")
"""Commands that need a network, another program or minutes, and are therefore not run here."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a guide: its language, what else its fence says, and its text."""

    language: str
    mark: str
    text: str


def blocks(guide: Path) -> list[Block]:
    """Return the fenced blocks of a guide."""
    text = guide.read_text(encoding="utf-8")
    return [Block(*found) for found in re.findall(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", text, re.M | re.S)]


def commands(block: Block) -> list[tuple[str, int]]:
    """Return the commands of a block, each with the exit code that the guide states (0 where it states none)."""
    found = []
    for line in block.text.replace("\\\n", "").splitlines():
        code = re.search(r"# exits with (\d)", line)
        found.append((line, int(code[1]) if code else 0))
    return found


@pytest.mark.parametrize("guide", RUN, ids=lambda guide: guide.stem)
def test_the_commands_of_a_guide_end_as_it_says(guide: Path, tmp_path: Path) -> None:
    place = product(tmp_path)
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada Example"), ("EMAIL", "ada@example.org"), ("DATE", f"{TODAY}T09:00:00Z"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = environment(**who, PATH=path, SOURCE_DATE_EPOCH=str(moment(TODAY)), GIT_CONFIG_GLOBAL=os.devnull)
    for block in blocks(guide):
        if block.mark.startswith("file="):
            file = place / block.mark.removeprefix("file=")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.mark == "runnable":
            for command, code in commands(block):
                done = subprocess.run(
                    ["bash", "-c", command],
                    cwd=place,
                    env=env,
                    capture_output=True,
                    text=True,
                    timeout=100,
                    check=False,
                )
                assert done.returncode == code, f"{command}\n{done.stdout[-3000:]}\n{done.stderr}"
                assert "Traceback" not in done.stderr


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_command_of_a_guide_is_run_or_known_not_to_be(guide: Path) -> None:
    for block in blocks(guide):
        if block.language == "console" and block.mark != "runnable":
            assert all(ELSEWHERE.search(command) for command, _ in commands(block)), block.text


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_what_a_guide_refers_to_exists(guide: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", guide.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert target.startswith("https://") or (guide.parent / target).exists(), target


def test_the_readme_links_every_guide() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    assert [guide.name for guide in GUIDES if f"(docs/guides/{guide.name})" not in readme] == []
