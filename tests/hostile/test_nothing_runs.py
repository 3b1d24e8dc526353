"""Whatever a repository configures, nothing of it runs, and nothing of it changes."""

from __future__ import annotations

import pytest

from .ground import Ground
from .vectors import VECTORS

COMMANDS = (
    ("check", ".", "--staged"),
    ("check", ".", "--rev", "HEAD"),
    ("diff", "HEAD~1"),
    ("trend",),
)


def ambush(ground: Ground, name: str) -> None:
    """Set one trap, and see that it is armed: plain git falls into it."""
    ground.start()
    dig, spring = VECTORS[name]
    dig(ground, ground.trap(name))
    spring(ground)
    assert ground.fired == [name], "plain git does not fall into this trap: it would prove nothing"
    for canary in ground.canary.iterdir():
        canary.unlink()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(VECTORS))
def test_a_trap_of_the_git_directory_is_not_sprung(ground: Ground, name: str) -> None:
    ambush(ground, name)
    assert ground.examine().report["results"]
    for arguments in COMMANDS:
        ground.command(*arguments)


@pytest.mark.parametrize("name", ["fsmonitor", "filter-process", "lazy-fetch-ssh", "signature"])
def test_the_worst_traps_are_not_sprung(ground: Ground, name: str) -> None:
    ambush(ground, name)
    assert ground.examine().report["results"]
