"""One pass over a line answers for each of its revisions what a pass of its own would."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.repo.build import Step, moment, person
from qmslint.repo.filelog import FileLog, touches
from qmslint.repo.open import open_repository


@pytest.mark.parametrize("seed", range(4))
def test_the_shared_log_says_the_same(make_repo: Callable[..., Path], seed: int) -> None:
    chance = random.Random(seed)
    names = [f"docs/{folder}{name}.md" for folder in ("", "a/", "b/") for name in "xyz"]
    held: dict[str, bytes] = {}
    steps = []
    for number in range(60):
        files: dict[str, bytes | None] = {}
        for name in chance.sample(names, chance.choice((1, 1, 2, 3))):
            if name in held and chance.random() < 0.4:
                target = chance.choice(names)
                if target not in held and target not in files:
                    files[target] = held[target] = held.pop(name)
                    files[name] = None
                    continue
            held[name] = (f"{name} {chance.randrange(5)}\n" + "".join(f"line {n}\n" for n in range(20))).encode()
            files[name] = held[name]
        when = moment("2025-01-01") + number * 86_400
        if number % 5 == 4:
            steps.append(Step("merge", f"Merge {number}", when, person("Ada"), files=files, topic_author=person("Grace"), topic_text="t"))  # fmt: skip
        else:
            steps.append(Step("commit", f"c{number}", when, person("Ada"), files=files))
    repository = open_repository(make_repo(steps))
    try:
        git, line = repository.git, [commit.sha for commit in repository.history.first_parents]
        shared = FileLog(git, line[0])
        asked = (
            (tuple(names[:4]), tuple(names[:4])),
            (("docs/a", "docs/x.md"), None),
            (("docs/b",), tuple(names[6:8])),
        )
        renames = 0
        for sha in (line[0], line[7], line[30], line[-1]):
            for specs, only in asked:
                expected = touches(git, sha, specs, only)
                assert shared.touches(sha, specs, only) == expected
                renames += sum(touch.status == "R" for touch in expected)
        assert renames
        assert shared.touched(line[:9]) == repository.touched(line[:9])
    finally:
        repository.close()
