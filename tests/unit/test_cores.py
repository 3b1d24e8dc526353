"""Parts of a job that are done side by side come back as if they had been done one after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import pytest

from qmslint.engine.cores import cores, spread

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are split off on Linux only")


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 20])
def test_answers_come_in_the_order_of_the_items(parts: int) -> None:
    found = spread(range(11), lambda run, here: [(item * item, here) for item in run], parts)
    assert [square for square, _ in found] == [item * item for item in range(11)]
    assert found[-1][1] is True
    assert found[0][1] is (parts == 1)


def test_nothing_to_do() -> None:
    assert spread([], lambda run, here: list(run), 4) == []


def test_work_is_really_split_off() -> None:
    found = spread(range(4), lambda run, here: [os.getpid() for _ in run], 2)
    assert found[3] == os.getpid()
    assert found[0] != found[3]


def test_what_fails_in_another_process_is_done_again_here(capfd: pytest.CaptureFixture[str]) -> None:
    def work(run: Sequence[int], here: bool) -> list[int]:
        if not here:
            raise RuntimeError("no memory")
        return [item + 1 for item in run]

    assert spread(range(6), work, 3) == [1, 2, 3, 4, 5, 6]
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_handed_over_is_done_again_here() -> None:
    found = spread(range(2), lambda run, here: [(lambda: 1) for _ in run], 2)
    assert len(found) == 2


def test_a_failure_here_ends_the_others() -> None:
    def work(run: Sequence[int], here: bool) -> list[int]:
        if here:
            raise KeyboardInterrupt
        import time

        time.sleep(600)
        return list(run)

    with pytest.raises(KeyboardInterrupt):
        spread(range(3), work, 3)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_where_no_process_can_be_started_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    assert spread(range(7), lambda run, here: [(item, here) for item in run], 3) == [(n, True) for n in range(7)]


def test_an_interrupt_while_waiting_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(run: Sequence[int], here: bool) -> list[int]:
        import time

        time.sleep(0 if here else 600)
        return list(run)

    wait = os.waitpid

    def interrupted(process: int, options: int) -> tuple[int, int]:
        if not options:
            monkeypatch.setattr(os, "waitpid", wait)
            raise KeyboardInterrupt
        return wait(process, options)

    monkeypatch.setattr(os, "waitpid", interrupted)
    with pytest.raises(KeyboardInterrupt):
        spread(range(3), work, 3)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_cores_are_those_this_process_may_use() -> None:
    assert 1 <= cores() <= len(os.sched_getaffinity(0))
