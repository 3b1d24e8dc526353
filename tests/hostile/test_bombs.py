"""Contents made to exhaust the reader end in bounded time, and never in a defect of the program."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from qmslint import plaintoml
from qmslint.engine import judge as judging
from qmslint.engine import patience as waiting
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.repo.build import Step, build, moment, person
from qmslint.repo.open import open_repository
from qmslint.settings import Settings

from .bombs import BOMBS, NAMES
from .ground import Ground, Run

SECONDS = 45
"""Of computing, on a machine that is neither new nor idle; what grows with the square of the size takes minutes."""
QUICK = ("lines", "dotted", "yaml-aliases", "yaml-depth")


def blow(ground: Ground, *options: str, path: Path | None = None) -> Run:
    """Examine, and hold the computing time against the bound."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = ground.examine(*options, path=path, timeout=110)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < SECONDS
    assert after.ru_maxrss < 1_500_000, "kilobytes of memory"
    errors = [(item["rule"], item["message"]) for item in run.report["results"] if item["state"] == "error"]
    assert not errors
    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_under_every_name_that_is_read(ground: Ground, name: str) -> None:
    ground.init()
    ground.commit({path: BOMBS[name] for path in NAMES if path != ".gitattributes"}, "Bombs")
    (ground.repo / ".gitattributes").write_text(BOMBS[name], encoding="utf-8")
    blow(ground)


@pytest.mark.parametrize("name", QUICK)
def test_a_bomb_in_the_files_of_most_repositories(ground: Ground, name: str) -> None:
    paths = ("README.md", "CHANGELOG.md", "CODEOWNERS", "package.json", "pyproject.toml", ".github/workflows/ci.yml")
    ground.start(dict.fromkeys(paths, BOMBS[name]))
    blow(ground)


@pytest.mark.slow
def test_bombs_in_messages_and_names_of_people(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    steps = []
    for number, bomb in enumerate(BOMBS.values()):
        name = "".join(letter for letter in bomb[:2000] if letter not in "<>\n\0") or "x"
        when = moment("2026-01-01") + number * 3600
        steps.append(
            Step("commit", bomb, when, f"{name} <{name[:200].replace(' ', '')}@x>", files={"a": b"%d" % number})
        )
        steps.append(
            Step(
                "merge",
                bomb,
                when + 60,
                person("Ada"),
                topic_author=person("Grace"),
                topic_text=bomb,
                files={"b": b"%d" % number},
            )
        )
        if number % 5 == 0:
            steps.append(Step("tag", f"v1.{number}", when + 90, person("Ada"), message=bomb))
    build(ground.repo, steps)
    blow(ground)


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", ["*a*a*a*a*a*a*a*a*a*a*ab", "**/" * 80 + "x", "[a-" * 80, "?" * 250, "\\" * 250, "{a," * 80]
)
def test_patterns_of_ignore_and_owner_files(ground: Ground, pattern: str) -> None:
    """Git's own matcher takes for ever on these; and they come with every clone."""
    ground.start()
    lines = f"{pattern}\n" * 2000
    for name in (".gitignore", ".gitattributes", "docs/.gitignore"):
        place = ground.repo / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(lines, encoding="utf-8")
    (ground.repo / "CODEOWNERS").write_text(f"{pattern} @ada\n" * 2000, encoding="utf-8")
    (ground.repo / ".git/info/exclude").write_text(lines, encoding="utf-8")
    for number in range(50):
        (ground.repo / ("a" * 60 + str(number))).write_text("x", encoding="utf-8")
    blow(ground)


def test_yaml_tags_run_nothing(ground: Ground) -> None:
    trap = ground.trap("yaml")
    call = f"!!python/object/apply:os.system ['{trap}']\n"
    names = (
        ".github/workflows/ci.yml",
        ".gitlab-ci.yml",
        "docs/risks.yml",
        ".github/dependabot.yml",
        ".qms/attestations/a.yml",
    )
    ground.start({**dict.fromkeys(names, call), "docs/adr/0001-x.md": f"---\nstatus: {call}---\n# X\n"})
    ground.examine()
    for name in ("qmslint.yml", ".qms/waivers.yml"):
        (ground.repo / name).write_text(call, encoding="utf-8")
        assert ground.examine().code == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["yaml-aliases", "yaml-self", "yaml-depth", "yaml-block-depth", "yaml-tags", "yaml-keys"]
)
@pytest.mark.parametrize("place", ["qmslint.yml", ".qms/waivers.yml", ".qms/baseline.json"])
def test_bombs_in_configuration_stop_the_run_with_one_line(ground: Ground, name: str, place: str) -> None:
    ground.start({place: BOMBS[name]})
    run = ground.examine(timeout=20)
    assert run.code == 2
    assert place in run.stderr and run.stderr.count("\n") == 1 and len(run.stderr) < 600


@pytest.mark.slow
@pytest.mark.parametrize("name", ["toml-key", "toml-depth", "json-number"])
def test_bombs_in_the_project_file_stop_the_run_with_one_line(ground: Ground, name: str) -> None:
    ground.start({"pyproject.toml": f"[tool.qmslint]\n{BOMBS[name]}"})
    run = ground.examine(timeout=20)
    assert run.code == 2 and "pyproject.toml" in run.stderr and run.stderr.count("\n") == 1


def test_a_rule_that_computes_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: object
) -> None:
    from qmslint.packs.catalogue import load_catalogue
    from qmslint.packs.load import Library

    assert isinstance(library, Library)

    def endless(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(waiting, "SECONDS", 0.2)
    monkeypatch.setattr(judging, "_outcome", endless)
    repository = open_repository(
        build(tmp_path / "r", [Step("commit", "x", moment("2026-01-01"), person("Ada"), files={"a": b"x"})])
    )
    try:
        scan = Scan(repository, Settings(), moment("2026-02-01"), library.vocabulary)
        planned = library.load(["iso9001"]).rules[0]
        result = judging.judge(planned, scan, load_catalogue(library.trees[0], "2015"))
    finally:
        repository.close()
    assert result.reason and result.reason.code == "LIMIT"
    assert "seconds of computing" in result.message


def test_patience_counts_computing_and_not_waiting() -> None:
    with waiting.patience(0.1):
        time.sleep(0.3)
    with pytest.raises(Unassessable), waiting.patience(0.1):
        sum(number for number in iter(int, 1))


@pytest.mark.parametrize("text", ["a" + ".a" * 50_000 + " = 1\n", "a = " + "[" * 50_000, "[" + "a . " * 100 + "a]\n"])
def test_toml_beyond_a_bound_is_refused_at_once(text: str) -> None:
    start = time.process_time()
    with pytest.raises(ValueError):
        plaintoml.loads(text)
    assert time.process_time() - start < 2
