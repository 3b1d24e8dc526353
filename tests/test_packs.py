"""What belongs in which of the packs that ship."""

from __future__ import annotations

import pytest

from qmslint.packs.load import Library

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
