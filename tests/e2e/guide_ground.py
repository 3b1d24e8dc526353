"""The small product on which the commands of the guides run."""

from __future__ import annotations

import subprocess
from pathlib import Path

from qmslint.repo.build import Step, build, moment, person

from .test_bad_input import environment

TODAY = "2026-03-16"
RELEASES = {6: "1.0.0", 12: "1.1.0"}
"""Which versions were released after which changes."""
WORKFLOW = """\
name: ci
on: [pull_request]
permissions: {contents: read}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
        with: {python-version: "3.12"}
      - run: pip install --require-hashes -r requirements.txt
      - run: ruff check .
      - run: pytest
"""
FILES = {
    "README.md": "# Till\n\nA till for small shops. How to change it is in [CONTRIBUTING.md](CONTRIBUTING.md).\n",
    "CONTRIBUTING.md": "# Contributing\n\nWork on a branch and open a pull request. One other person reviews each change.\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.1.0 - 2026-02-20\n\n- Receipts can be printed and sent by mail\n\n## 1.0.0 - 2026-01-30\n\n- Add up prices and print the total for the customer\n",
    "LICENSE": "MIT License\n\nCopyright (c) 2026 Till\n\nPermission is hereby granted, free of charge, to any person\n",
    "till/__init__.py": "def total(prices: list[int]) -> int:\n    return sum(prices)\n",
    "tests/test_till.py": "from till import total\n\n\ndef test_total() -> None:\n    assert total([1, 2]) == 3\n",
    "requirements.txt": "pytest==8.4.0 --hash=sha256:" + "0" * 64 + "\nruff==0.9.0 --hash=sha256:" + "1" * 64 + "\n",
    ".github/workflows/ci.yml": WORKFLOW,
}


def _steps() -> list[Step]:
    first = {path: text.encode() for path, text in FILES.items()}
    steps = [Step("commit", "First till", moment("2026-01-05"), person("Ada"), files=first)]
    for number in range(1, 13):
        day = f"2026-{1 + number // 7:02}-{8 + 2 * (number % 7):02}"
        change = {f"till/part{number}.py": f"PART = {number}\n".encode()}
        steps.append(
            Step(
                "merge",
                f"Merge pull request #{number} from ada/part-{number}",
                moment(day),
                person("Grace"),
                topic_author=person("Ada"),
                topic_text=f"Add part {number}",
                files=change,
            )
        )
        if number in RELEASES:
            version = RELEASES[number]
            steps.append(Step("tag", f"v{version}", moment(day), person("Grace"), message=f"Release {version}"))
    return steps


def product(folder: Path) -> Path:
    """Make a clone of the product with ``main`` checked out, as a developer has it."""
    bare = build(folder / "origin.git", _steps())
    place = folder / "till"
    subprocess.run(["git", "clone", "-q", str(bare), str(place)], env=environment(), check=True, capture_output=True)
    return place
