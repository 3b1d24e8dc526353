"""Overlays only tighten: against what they extend, beside other packs, and for packs that users write."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from qmslint.engine.judge import judge
from qmslint.errors import PackError
from qmslint.facts.base import Scan
from qmslint.model.outcome import Grade
from qmslint.model.report import Result
from qmslint.model.rule import PackInfo
from qmslint.packs.cases import cases_of, make
from qmslint.packs.catalogue import load_catalogue
from qmslint.packs.load import Library
from qmslint.packs.stricter import Use, loosened, rank, tightest
from qmslint.repo.build import moment
from qmslint.repo.open import open_repository
from qmslint.report import render
from qmslint.settings import Settings
from tests.formats_data import nasty_report

LIBRARY = Library()
OVERLAYS = [name for name in LIBRARY.pack_ids if LIBRARY.pack(name).overlay]
GRADES = [Grade.OFI, Grade.MINOR, Grade.MAJOR, None]


def _uses(*names: str) -> dict[str, tuple[Grade | None, dict[str, object]]]:
    return {p.rule.id: (p.cap, dict(p.rule.parameters)) for p in LIBRARY.load(names).rules}


def _directions(rule_id: str) -> dict[str, str]:
    return LIBRARY.parameters(rule_id)[0]


def _not_laxer(base: tuple[str, ...], over: tuple[str, ...]) -> None:
    before, after = _uses(*base), _uses(*over)
    assert set(before) <= set(after)
    for rule_id, (cap, values) in before.items():
        assert GRADES.index(after[rule_id][0]) >= GRADES.index(cap), rule_id
        for name, value in values.items():
            new = after[rule_id][1][name]
            if new != value:
                old_rank, new_rank = (rank(_directions(rule_id).get(name, ""), v) for v in (value, new))
                assert old_rank is not None and new_rank is not None and new_rank > old_rank, (rule_id, name)


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_never_loosens_what_it_extends(name: str) -> None:
    assert LIBRARY.pack(name).extends
    assert not LIBRARY.pack(name).drop
    for base in LIBRARY.pack(name).extends:
        _not_laxer((base,), (name,))


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_order_of_packs_undoes_an_overlay(name: str) -> None:
    for other in LIBRARY.pack_ids:
        _not_laxer((name,), (name, other))
        _not_laxer((name,), (other, name))


def test_sector_rules_come_only_when_they_are_asked_for() -> None:
    sector = {rule_id for rule_id in LIBRARY.rule_ids if LIBRARY.rule(rule_id).basis == "sector"}
    for name in ("core", "guidance", "iso9001", "strict"):
        assert not sector & set(LIBRARY.selected(name))
    for rule_id in sorted(sector):
        assert rule_id in LIBRARY.selected(rule_id.split(".")[0])
        assert LIBRARY.rule(rule_id).source


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{id: risk.register, with: {share: 0.5}}", "less strict than 0.9"),
        ("{id: risk.register, cap: ofi}", "caps the grade at ofi"),
        ("{id: audit.programme, with: {months: 24}}", "less strict"),
        ("{id: capa.recurrence, with: {many: 9}}", "does not say which values are stricter"),
    ],
)
def test_an_overlay_that_loosens_is_refused(tmp_path: Path, entry: str, says: str) -> None:
    pack = tmp_path / "packs" / "lax.yaml"
    pack.parent.mkdir()
    pack.write_text(f"id: lax\nversion: '1'\ntitle: Lax\noverlay: true\nextends: [iso9001]\nrules:\n  - {entry}\n")
    with pytest.raises(PackError, match=says):
        Library([tmp_path]).load(["lax"])


def test_an_overlay_that_drops_or_caps_is_refused(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "lax.yaml"
    pack.parent.mkdir()
    head = "id: lax\nversion: '1'\ntitle: Lax\noverlay: true\nextends: [iso9001]\n"
    pack.write_text(head + "drop: [risk.register]\n")
    with pytest.raises(PackError, match=r"drops risk\.register"):
        Library([tmp_path]).load(["lax"])
    pack.write_text(head + "cap: ofi\n")
    with pytest.raises(PackError, match="caps the grade"):
        Library([tmp_path]).load(["lax"])


def test_what_an_extended_pack_sets_changes_the_digest(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "upper.yaml").write_text("id: upper\nversion: '1'\ntitle: Upper\nextends: [base]\n")
    found = []
    for share in ("0.9", "0.8"):
        rules = f"rules:\n  - {{id: risk.register, with: {{share: {share}}}}}\n"
        (folder / "base.yaml").write_text(f"id: base\nversion: '1'\ntitle: Base\n{rules}")
        found.append({p.id: p.digest for p in Library([tmp_path]).load(["upper"]).packs})
    assert list(found[0]) == ["base", "upper"]
    assert found[0]["upper"] != found[1]["upper"]


def test_directions_are_read() -> None:
    assert rank("higher", "0.9") == rank("higher", 0.9) == 0.9
    assert rank("lower", True) == -1 and rank("higher", "true") == 1
    assert rank("annotated < signed", "signed") == 1
    assert rank("", 3) is None and rank("higher", "nan") is None and rank("a < b", "c") is None


def test_of_two_uses_the_stricter_parts_win() -> None:
    directions, defaults = {"share": "higher", "months": "lower"}, {"share": 0.9, "months": 12}
    one = Use("one", Grade.MINOR, {"share": 1.0, "months": 12})
    other = Use("other", None, {"share": 0.8, "months": 6})
    both = tightest(one, other, directions, defaults)
    assert (both.cap, dict(both.values)) == (None, {"share": 1.0, "months": 6})
    assert not loosened(one, both, directions, defaults)
    assert not loosened(other, both, directions, defaults)
    assert loosened(both, replace(both, cap=Grade.OFI), directions, defaults)


@pytest.mark.parametrize("format_", ["terminal", "markdown", "json", "sarif"])
def test_reports_say_which_packs_were_on_and_what_sector_rules_go_back_to(format_: str) -> None:
    report = nasty_report()
    told = [replace(r, source=f"TEXT 123, part of {r.rule}") for r in report.results]
    packs = (*report.packs, PackInfo("med", "1.7", "t", "sha256:" + "1" * 64))
    text = render(format_, replace(report, results=tuple(told), packs=packs))
    for result in told:
        assert result.source in text.replace("\\", "")
    if format_ != "sarif":
        assert "iso9001" in text and "med" in text and "1.7" in text
    assert "TEXT" not in render(format_, report)


def _case(rule_id: str, name: str, as_of: str) -> Result:
    catalogue = load_catalogue(LIBRARY.trees[0], "2015")
    case = next(case for case in cases_of(LIBRARY.tree_of(rule_id).root, rule_id) if case.name == name)
    with tempfile.TemporaryDirectory() as folder:
        repository = open_repository(make(case, Path(folder) / "repository"))
        scan = Scan(repository, Settings(), moment(as_of), LIBRARY.vocabulary)
        planned = next(p for p in LIBRARY.load([rule_id.split(".")[0]]).rules if p.rule.id == rule_id)
        result = judge(planned, scan, catalogue)
        repository.close()
    return result


def test_before_a_duty_applies_a_gap_is_readiness() -> None:
    for as_of, grade, early in (("2027-12-01", Grade.OFI, True), ("2027-12-02", Grade.MINOR, False)):
        result = _case("ai.qms-aspects", "data management has no home", as_of)
        assert result.grade is grade
        assert result.message.startswith("Readiness: ") is early
        assert ("until then readiness" in result.source) is early
        assert "applies from 2027-12-02" in result.source
        assert "EN 18286:2026 is published, not cited" in result.source


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    text = Path(LIBRARY.trees[0].root, "ai/ai.role-and-class.yaml").read_text()
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own.role.yaml").write_text(text.replace("ai.role-and-class", "own.role").replace('"2027-12-02"', "soon"))
    with pytest.raises(PackError, match="applies_from 'soon' is not a day"):
        Library([tmp_path])
