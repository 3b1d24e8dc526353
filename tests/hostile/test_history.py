"""Forged and merely odd histories are told for what they are, and end in a report or in one line."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from .ground import Ground, Run, write


def test_replaced_commits_are_not_believed(ground: Ground) -> None:
    ground.start()
    forged = ground.git("commit-tree", "HEAD^{tree}", "-m", "Merge pull request #1 from a/b")
    ground.git("replace", ground.git("rev-parse", "HEAD"), forged)
    assert ground.git("rev-list", "--count", "HEAD") == "1", "plain git believes it"
    run = ground.examine()
    assert run.report["subject"]["commits"] == 2
    assert "1 replacement refs were ignored" in run.notes


def test_grafts_are_not_believed(ground: Ground) -> None:
    ground.start()
    write(ground.repo / ".git/info/grafts", ground.git("rev-parse", "HEAD") + "\n")
    assert ground.git("rev-list", "--count", "HEAD") == "1", "plain git believes it"
    run = ground.examine()
    assert run.report["subject"]["commits"] == 2
    assert "grafts file was ignored" in run.notes


def test_a_forged_shallow_marker_makes_nothing_conforming(ground: Ground) -> None:
    ground.start()
    whole = {item["rule"]: item["state"] for item in ground.examine().report["results"]}
    write(ground.repo / ".git/shallow", ground.git("rev-parse", "HEAD") + "\n")
    run = ground.examine()
    assert run.report["subject"]["shallow"]
    for item in run.report["results"]:
        assert item["state"] in (whole[item["rule"]], "not_assessable"), item["rule"]


def test_configuration_that_misleads_plain_git_does_not_mislead_us(ground: Ground) -> None:
    ground.start()
    plain = ground.examine().report
    lines = (
        "format.pretty=%x00", "log.showRoot=false", "log.follow=true", "log.date=raw", "color.ui=always", "core.quotePath=true",
        "diff.noprefix=true", "i18n.logOutputEncoding=utf-16", "core.ignoreCase=true", "core.bare=true", "log.mailmap=false",
        "mailmap.file=README.md", "core.abbrev=4", "core.commitGraph=true", "log.excludeDecoration=*", "log.diffMerges=separate",
    )  # fmt: skip
    for line in lines:
        ground.git("config", *line.split("=", 1), at=ground.repo)
    misled = ground.examine().report
    assert misled["results"] == plain["results"] and misled["subject"] == plain["subject"]


def _unborn(g: Ground) -> None:
    g.init()
    write(g.repo / "README.md", "# Thing\n")


def _bare(g: Ground) -> None:
    g.start(at=g.base / "source")
    g.git("clone", "-q", "--bare", str(g.base / "source"), str(g.repo), at=g.base)


def _detached(g: Ground) -> None:
    g.start()
    g.git("checkout", "-q", "--detach", "HEAD~1")


def _sha256(g: Ground) -> None:
    g.init(None, "--object-format=sha256")
    g.commit({"README.md": "# Thing\n"})


def _absurd_dates(g: Ground) -> None:
    g.start()
    for stamp in ("@1 +0000", "@99999999999 +1400", "@253402300800 -1200", "@4102444800 +9999"):
        g.git(
            "commit", "-q", "--allow-empty", "-m", "When", env={"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        )
    body = g.git("cat-file", "commit", "HEAD").replace("4102444800 +9999", "-99999999999999999999 +zzzz")
    sha = g.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", input=body.encode() + b"\n")
    g.git("update-ref", "refs/heads/main", sha)


def _tags_of_other_things(g: Ground) -> None:
    g.start()
    for name, what in (("blob", "HEAD:README.md"), ("tree", "HEAD^{tree}"), ("commit", "HEAD")):
        g.git("tag", f"light-{name}", what)
        g.git("tag", "-a", f"note-{name}", what, "-m", "Release")
    g.git("tag", "-a", "nested", "note-blob", "-m", "Tag of a tag")


def _octopus(g: Ground) -> None:
    g.start()
    parents = []
    for number in range(60):
        parents += ["-p", g.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", f"Part {number}")]
    g.git("update-ref", "refs/heads/main", g.git("commit-tree", "HEAD^{tree}", *parents, "-m", "All at once"))


def _encodings(g: Ground) -> None:
    g.start()
    tree, parent = g.git("rev-parse", "HEAD^{tree}"), g.git("rev-parse", "HEAD")
    for name in ("utf-16", "nonsense", "latin1"):
        who = "A\xffda <a@\xffb> 1767614400 +0000"
        body = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\nencoding {name}\n\nc\xe4\xff\n"
        parent = g.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", input=body.encode("latin-1"))
    g.git("update-ref", "refs/heads/main", parent)


def _conflict(g: Ground) -> None:
    g.start()
    g.git("checkout", "-q", "-b", "side", "HEAD~1")
    g.commit({"a.txt": "other\n"})
    g.git("merge", "-q", "main", check=False)


def _sparse(g: Ground) -> None:
    g.start({"docs/x.md": "# X\n"})
    g.git("sparse-checkout", "set", "--no-cone", "/a.txt")


def _no_objects(g: Ground) -> None:
    g.start()
    for pack in (g.repo / ".git/objects").iterdir():
        if len(pack.name) == 2:
            for entry in pack.iterdir():
                entry.unlink()


def _locked(g: Ground) -> None:
    g.start()
    for name in ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock"):
        write(g.repo / ".git" / name, "")


def _many_refs(g: Ground) -> None:
    g.start()
    sha = g.git("rev-parse", "HEAD")
    write(g.repo / ".git/packed-refs", "".join(f"{sha} refs/tags/v{n}\n" for n in range(2_000)))


def _odd_refs(g: Ground) -> None:
    g.start()
    sha = g.git("rev-parse", "HEAD")
    for name in ("\x1b[31mred", "::error::x", "\u202ex", "-x", "a..b", "x.lock/y", "HEAD", "@", "a b"):
        write(g.repo / ".git/refs/tags" / name, sha + "\n")
    write(g.repo / ".git/refs/tags/loop", "ref: refs/tags/loop\n")
    write(g.repo / ".git/refs/tags/outside", "ref: ../../outside/secret.md\n")
    write(g.repo / ".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/::error::x\n")


def _long_chain(g: Ground) -> None:
    g.init()
    lines = "".join(
        f"commit refs/heads/main\ncommitter A <a@b> {1700000000 + n} +0000\ndata 1\nx\n" for n in range(20_000)
    )
    g.git("fast-import", "--quiet", input=lines.encode())


ODD: dict[str, tuple[Callable[[Ground], None], tuple[int, ...]]] = {
    "unborn": (_unborn, (0, 1)),
    "bare": (_bare, (0, 1)),
    "detached": (_detached, (0, 1)),
    "sha256": (_sha256, (0, 1)),
    "absurd dates": (_absurd_dates, (0, 1)),
    "tags of other things": (_tags_of_other_things, (0, 1)),
    "octopus": (_octopus, (0, 1)),
    "encodings": (_encodings, (0, 1)),
    "conflict": (_conflict, (0, 1)),
    "sparse": (_sparse, (0, 1)),
    "no objects": (_no_objects, (0, 1)),
    "locked": (_locked, (0, 1)),
    "many refs": (_many_refs, (0, 1)),
    "odd refs": (_odd_refs, (0, 1)),
    "long chain": (_long_chain, (0, 1)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ODD))
def test_an_odd_repository_is_judged(ground: Ground, name: str) -> None:
    dig, codes = ODD[name]
    dig(ground)
    run = ground.examine()
    assert run.code in codes, run.stderr
    assert not [item["message"] for item in run.report["results"] if item["state"] == "error"]
    ground.command("check", ".", "--rev", "HEAD")
    ground.command("check", ".", "--staged")
    ground.command("diff", "HEAD~1")
    ground.command("trend")


@pytest.mark.slow
def test_many_runs_at_once_leave_it_as_it_was(ground: Ground) -> None:
    ground.start({"docs/x.md": "# X\n"})
    before = ground.inventory()
    runs: list[Run] = []
    threads = [threading.Thread(target=lambda: runs.append(ground.run("check", str(ground.repo)))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run.stdout for run in runs}) == 1 and len(runs) == 16
    ground.keep(runs[0], before)
