"""What belongs in which of the packs that ship."""

from __future__ import annotations

import pytest

from qmslint import kinds
from qmslint.derive import Builder
from qmslint.errors import PackError
from qmslint.packs.form import RuleFile
from qmslint.packs.load import Library, _fill

MINIMUM_SET = {"doc.data-flow"}
"""Rules of the minimum set of documents that rest on practice and still belong to the default pack."""


def test_a_rule_is_in_the_pack_of_what_it_rests_on() -> None:
    """What rests on a requirement is in iso9001; guidance and practice are apart, so that nobody mixes them up."""
    library = Library(())
    general = {name: planned.rule.basis for name, planned in _planned("iso9001", "guidance").items()}
    requirements, practice = set(_planned("iso9001")), set(_planned("guidance"))
    assert requirements | practice == {
        r for r in library.rule_ids if r.split(".")[0] not in {"med", "auto", "aero", "ai"}
    }
    assert requirements == {name for name, basis in general.items() if basis == "requirement"} | MINIMUM_SET
    assert practice == {name for name, basis in general.items() if basis in ("guidance", "practice")} - MINIMUM_SET


@pytest.mark.parametrize("name", ["ci.build-gate", "ci.test-gate", "property.no-secrets"])
def test_three_rules_of_the_core_pack_may_exceed_an_opportunity(name: str) -> None:
    core = _planned("core")
    assert len(core) == 43
    assert str(core[name].cap.value if core[name].cap else "") == "minor"
    capped = {rule for rule, planned in core.items() if planned.cap and planned.cap.value == "ofi"}
    assert len(capped) == 40


def _planned(*packs: str):  # type: ignore[no-untyped-def]
    return {item.rule.id: item for item in Library(()).load(packs, {}).rules}


def test_every_pattern_that_ships_is_one() -> None:
    """A run takes the patterns of the bundled rules for tested, and compiles them only where they are used."""
    library = Library(())
    builder = Builder("rules", kinds.params_of, kinds.KINDS)
    counted = 0
    for rule_id in library.rule_ids:
        tree, path = library._rule_place(rule_id)
        chosen = {name: spec.get("default") for name, spec in (tree.data[path].get("parameters") or {}).items()}
        builder.build(RuleFile, _fill(tree.data[path], chosen, path), 1, rule_id)
        counted += 1
    assert counted == len(library.rule_ids) > 100
    broken = dict(tree.data[path], check={"forbidden-text": {"keys": ["a"], "patterns": ["("]}})
    with pytest.raises(PackError, match="not a usable pattern"):
        builder.build(RuleFile, broken, 1, "broken")
