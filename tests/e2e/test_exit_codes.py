"""The same situation ends with the same exit code in every format, and files hold what would have been printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint import cli
from qmslint.cli import check
from qmslint.engine import judge as judging
from qmslint.report import FORMATS

from .test_bad_input import PACK, RULE, git, repository


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A repository and, beside it, a pack of one rule."""
    repository(tmp_path / "r", {"README.md": "# Thing\n", "thing": "x"}, {"a.txt": "x"})
    for path, text in (("team/team.thing.yaml", RULE), ("packs/mine.yaml", PACK)):
        (tmp_path / "quality" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "quality" / path).write_text(text, encoding="utf-8")
    return tmp_path


Prepare = Callable[[Path, pytest.MonkeyPatch], tuple[str, ...]]


def _clean(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    return ()


def _nonconforming(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    (place / "r/thing").unlink()
    return ()


def _tolerated(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    (place / "r/thing").unlink()
    return ("--fail-on", "major")


def _unassessable(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    git(place, "clone", "-q", "--depth", "1", f"file://{place}/r", "copy")
    (place / "r").rename(place / "whole")
    (place / "copy").rename(place / "r")
    rule = RULE.split("check:")[0] + "check: {changes: {measure: reviewed, at_least: 0.9}}\n"
    (place / "quality/team/team.thing.yaml").write_text(rule, encoding="utf-8")
    return ()


def _too_much_unseen(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    _unassessable(place, patch)
    (place / "quality/team/team.other.yaml").write_text(RULE.replace("team.thing", "team.other"), encoding="utf-8")
    pack = PACK.replace("[team.thing]", "[team.other, team.thing]")
    (place / "quality/packs/mine.yaml").write_text(pack, encoding="utf-8")
    return ("--max-unassessed", "0")


def _no_rule(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    (place / "quality/packs/mine.yaml").write_text(PACK.replace("[team.thing]", "[]"), encoding="utf-8")
    return ()


def _wrong_configuration(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    (place / "r/qmslint.yml").write_text("colour: blue\n", encoding="utf-8")
    return ()


def _defect_of_a_rule(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    def broken(*_: object) -> None:
        raise RuntimeError("a defect, put here by a test")

    patch.setattr(judging, "_outcome", broken)
    return ()


def _defect(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect, put here by a test")

    patch.setattr("qmslint.cli.session.examine", broken)
    return ()


def _interrupted(place: Path, patch: pytest.MonkeyPatch) -> tuple[str, ...]:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    patch.setattr("qmslint.cli.session.examine", stopped)
    return ()


SITUATIONS: dict[str, tuple[int, Prepare]] = {
    "clean": (0, _clean),
    "nonconforming": (1, _nonconforming),
    "tolerated": (0, _tolerated),
    "unassessable": (4, _unassessable),
    "too much unseen": (4, _too_much_unseen),
    "no rule": (4, _no_rule),
    "wrong configuration": (2, _wrong_configuration),
    "defect of a rule": (4, _defect_of_a_rule),
    "defect": (3, _defect),
    "interrupted": (130, _interrupted),
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_exit_code(
    place: Path, form: str, situation: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, prepare = SITUATIONS[situation]
    options = prepare(place, monkeypatch)
    file = place / f"report.{form}"
    call = [
        "check",
        str(place / "r"),
        "--pack",
        str(place / "quality"),
        "--format",
        form,
        "-o",
        f"{form}:{file}",
        *options,
    ]
    assert cli.run(call) == code
    out, err = capsysbinary.readouterr()
    if code in (2, 3, 130):
        assert out == b"" and not file.exists()
        # The parser ends the line in which a terminal shows ^C.
        said = err.removeprefix(b"\n") if code == 130 else err
        assert said.startswith(b"qmslint: ") and said.count(b"\n") == 1
    else:
        assert err == b""
        assert out and file.read_bytes() == out


def test_the_command_line_offers_every_format() -> None:
    assert set(check.FORMATS) == set(FORMATS)
