"""Whatever is wrong with what was asked or found: one clear line, the right exit code, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

QMSLINT = str(Path(sys.executable).with_name("qmslint"))
CLEAN = {"README.md": "# Thing\n\nWhat it does.\n"}


def environment(**more: str) -> dict[str, str]:
    """The caller's environment without what steers git."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | more


def git(folder: Path, *arguments: str) -> str:
    """Run git with an identity and a fixed date."""
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada"), ("EMAIL", "a@b.c"))
    }
    call = ["git", "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(call, cwd=folder, env=environment(**who), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder: Path, *commits: dict[str, str | bytes]) -> Path:
    """Make a repository with the given commits."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for number, files in enumerate(commits):
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", f"Change {number}")
    return folder


def run(*arguments: str | Path, at: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    call = [QMSLINT, *map(str, arguments)]
    return subprocess.run(call, cwd=at, env=environment(**env), capture_output=True, text=True, timeout=60, check=False)


def complains(done: subprocess.CompletedProcess[str], *parts: str, code: int = 2) -> None:
    """Hold a run that ended early against what is promised of it."""
    assert done.returncode == code, (done.returncode, done.stderr)
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("Usage:", "Try "))]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("qmslint: ") and "Traceback" not in done.stderr
    for part in parts:
        assert part in lines[0], (part, lines[0])


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """An ordinary small repository of two commits."""
    return repository(tmp_path / "plain", CLEAN, {"a.txt": "x"})


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--rev", "nonsense"), ("unknown revision 'nonsense'", "commit id, tag or branch")),
        (("--rev", "-x"), ("unknown revision",)),
        (("--rev", "HEAD~99"), ("unknown revision",)),
        (("--rev", "HEAD^{tree}"), ("unknown revision",)),
        (("--rev", "HEAD", "--staged"), ("exclude each other",)),
        (("--select", "ci.test-gat"), ("matches no rule", "ci.test-gate")),
        (("--ignore", "nonsense"), ("matches no rule",)),
        (("--clause", "99.9"), ("99.9",)),
        (("--pack", "iso900"), ("no pack", "iso9001")),
        (("--pack", "./nowhere"), ("nowhere",)),
        (("--edition", "2008"), ("2008", "2015")),
        (("--format", "xml"), ("xml", "sarif")),
        (("--fail-on", "blocker"), ("blocker", "minor")),
        (("--max-unassessed", "-1"), ("-1",)),
        (("--max-unassessed", "x"), ("x",)),
        (("--as-of", "yesterday"), ("is not a date", "YYYY-MM-DD")),
        (("--as-of", "2026-02-30"), ("is not a date",)),
        (("--config", "nowhere.yml"), ("nowhere.yml", "cannot be read")),
        (("-o", "sarif"), ("FORMAT:FILE",)),
        (("-o", "xml:x"), ("FORMAT:FILE", "sarif")),
        (("-o", "json:nowhere/x.json"), ("nowhere/x.json", "no such folder")),
        (("--nonsense",), ("--nonsense",)),
        (("one", "two"), ("two",)),
    ],
)
def test_what_is_asked_wrongly_is_said_in_one_line(
    plain: Path, arguments: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    where = () if "two" in arguments else (".",)
    complains(run("check", *where, *arguments, at=plain), *parts)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("chek",), ("chek", "check")),
        (("explain", "ci.test-gat"), ("no rule", "ci.test-gate")),
        (("explain", "99.9"), ("99.9",)),
        (("diff",), ("revision",)),
        (("diff", "nonsense"), ("unknown revision",)),
        (("trend", "--since", "x"), ("is not a date",)),
        (("trend", "--points", "0"), ("0",)),
        (("schema", "nonsense"), ("nonsense",)),
        (("rules", "new", "Nonsense"), ("is not a rule id", "area.short-name")),
        (("rules", "test", "nowhere"), ("nowhere",)),
        (("clauses", "--pack", "nonsense"), ("nonsense",)),
    ],
)
def test_other_commands_say_it_in_one_line(plain: Path, arguments: tuple[str, ...], parts: tuple[str, ...]) -> None:
    complains(run(*arguments, at=plain), *parts)


def test_no_such_folder_and_not_a_folder(tmp_path: Path) -> None:
    complains(run("check", tmp_path / "nowhere"), "nowhere", "no such directory")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    complains(run("check", tmp_path / "file"), "is not a directory")


def test_a_folder_that_is_no_repository_is_judged_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Thing\n", encoding="utf-8")
    done = run("check", tmp_path, "--format", "json")
    report = json.loads(done.stdout)
    assert report["subject"]["view"] == "plain" and "NO_GIT" in done.stdout
    assert done.returncode in (0, 1)
    for option in (("--rev", "HEAD"), ("--staged",)):
        complains(run("check", tmp_path, *option), "not a git repository")
    complains(run("diff", "HEAD", "--repo", tmp_path), "not a git repository")
    complains(run("trend", tmp_path), "not a git repository")


def test_a_repository_without_commits_is_judged_by_its_files(tmp_path: Path) -> None:
    folder = repository(tmp_path / "new")
    (folder / "README.md").write_text("# Thing\n", encoding="utf-8")
    done = run("check", folder, "--format", "json")
    assert done.returncode in (0, 1) and "NO_COMMITS" in done.stdout
    complains(run("check", folder, "--rev", "HEAD"), "unknown revision", "no commits")
    complains(run("trend", folder), "no commits")


def test_an_empty_folder_and_an_empty_repository_are_no_success(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", repository(tmp_path / "new")):
        assert run("check", folder).returncode in (1, 4)
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "-q", "--bare", str(bare))
    complains(run("check", bare), "has no commits")


BROKEN = {
    "unknown option": ("qmslint.yml", "packs: [iso9001]\ncolour: blue\n", ("qmslint.yml:2", "'colour'")),
    "misspelt option": ("qmslint.yml", "pack: [iso9001]\n", ("qmslint.yml:1", "packs")),
    "unknown rule": (
        "qmslint.yml",
        "rules:\n  ci.test-gat: {grade: ofi, reason: a b c}\n",
        ("'ci.test-gat'", "ci.test-gate"),
    ),
    "unknown pack": ("qmslint.yml", "packs: [iso900]\n", ("'iso900'", "iso9001")),
    "wrong type": ("qmslint.yml", "\nprofile: 7\n", ("qmslint.yml:2", "mapping")),
    "wrong choice": ("qmslint.yml", "profile:\n  kind: tool\n", ("qmslint.yml:2", "application")),
    "unknown clause": ("qmslint.yml", 'evidence_home:\n  "8.51": {is: external}\n', ("qmslint.yml:2", "8.5.1")),
    "unknown exclusion": (
        "qmslint.yml",
        "exclusions:\n  - {clause: '7.1.5.9', reason: none here, approved_by: A}\n",
        ("qmslint.yml:1", "7.1.5"),
    ),
    "not yaml": ("qmslint.yml", "packs: [iso9001\nx: ]\n", ("qmslint.yml:",)),
    "duplicate": ("qmslint.yml", "packs: [iso9001]\npacks: [iso9001]\n", ("qmslint.yml:2", "duplicate")),
    "a list": ("qmslint.yml", "- a\n", ("qmslint.yml:1", "mapping")),
    "not text": ("qmslint.yml", b"\xff\xfe\x00", ("qmslint.yml",)),
    "no reason": ("qmslint.yml", "rules:\n  ci.test-gate: {disable: true}\n", ("reason",)),
    "bad pattern": ("qmslint.yml", "release_tags: '(a'\n", ("qmslint.yml:1", "release_tags")),
    "look-ahead": ("qmslint.yml", "release_tags: '(?=a)'\n", ("qmslint.yml:1",)),
    "unknown parameter": ("qmslint.yml", "rules:\n  trace.change-to-ticket: {with: {shar: 1}}\n", ("'shar'", "share")),
    "two places": (".qmslint.yml", "{}\n", ("one",)),
    "toml": ("pyproject.toml", "[tool.qmslint]\npacks = [\n", ("pyproject.toml",)),
    "waivers": (".qms/waivers.yml", "waivers:\n  - rule: a.b\n", (".qms/waivers.yml:2",)),
    "waived rule": (
        ".qms/waivers.yml",
        "waivers:\n  - {rule: ci.test-gat, subject: {all: true}, reason: a b c d e f, ticket: X-1, approved_by: A B,\n"
        "     approved_on: 2026-01-01, expires: 2026-06-01}\n",
        (".qms/waivers.yml:2", "ci.test-gate"),
    ),
    "baseline": (".qms/baseline.json", "{", (".qms/baseline.json",)),
    "old baseline": (".qms/baseline.json", '{"version": 99}', (".qms/baseline.json", "99")),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_configuration_is_named_with_its_place(tmp_path: Path, name: str) -> None:
    path, text, parts = BROKEN[name]
    extra = {"qmslint.yml": "{}\n"} if name == "two places" else {}
    folder = repository(tmp_path / "r", {**CLEAN, **extra, path: text})
    complains(run("check", folder), *parts)
    if path != ".qms/baseline.json" and not path.startswith(".qms"):
        assert run("check", folder, "--no-repo-config").returncode in (0, 1)


RULE = """\
id: team.thing
title: A thing is there
clauses: ["8.6"]
questions: [document]
basis: requirement
grades: {default: minor}
why: People need the thing to do the work as it was agreed.
looks_for: A file that is called thing, anywhere in the tree.
fix: Write the file that is called thing and commit it.
example: "thing"
check: {files: {any: [thing], what: thing}}
"""
PACK = 'id: mine\nversion: "1"\ntitle: Mine\nrules: [team.thing]\n'
BAD_PACKS = {
    "unknown kind": (RULE.replace("{files:", "{filez:"), PACK, ("team.thing.yaml:11", "files")),
    "code for a kind": (RULE.replace("{files:", "{os.system:"), PACK, ("team.thing.yaml:11", "os.system")),
    "unknown option": (RULE.replace("what:", "wat:"), PACK, ("team.thing.yaml:11", "what")),
    "unknown clause": (RULE.replace("8.6", "99.6"), PACK, ("99.6",)),
    "unknown field": (RULE + "colour: blue\n", PACK, ("team.thing.yaml:12", "colour")),
    "missing field": (RULE.replace("why:", "x-why:"), PACK, ("team.thing.yaml",)),
    "wrong id": (RULE.replace("team.thing", "team.other"), PACK, ("team.thing.yaml:1", "file's name")),
    "python tag": (RULE + "x: !!python/object/apply:os.system ['true']\n", PACK, ("team.thing.yaml:12", "tag")),
    "regex": (
        RULE.replace(
            "{files: {any: [thing], what: thing}}", "{forbidden-text: {keys: [readme], patterns: ['(a+)+(?=b)']}}"
        ),
        PACK,
        ("team.thing.yaml:11", "perl"),
    ),
    "not yaml": ("a: [", PACK, ("team.thing.yaml:",)),
    "pack without rule": (RULE, PACK.replace("team.thing", "team.thng"), ("mine.yaml:4", "team.thing")),
    "pack of itself": (RULE, PACK + "extends: [mine]\n", ("mine", "itself")),
    "unknown base": (RULE, PACK + "extends: [iso900]\n", ("iso9001",)),
    "bad cap": (RULE, PACK + "cap: critical\n", ("mine.yaml:5", "critical")),
    "pack is a list": (RULE, "- a\n", ("mine.yaml:1",)),
}


@pytest.mark.parametrize("name", sorted(BAD_PACKS))
def test_a_broken_pack_is_named_with_its_place(tmp_path: Path, plain: Path, name: str) -> None:
    rule, pack, parts = BAD_PACKS[name]
    folder = tmp_path / "quality"
    for path, text in (("team/team.thing.yaml", rule), ("packs/mine.yaml", pack)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    complains(run("check", plain, "--pack", folder), *parts)


def test_the_pack_that_the_broken_ones_differ_from_is_fine(tmp_path: Path, plain: Path) -> None:
    folder = tmp_path / "quality"
    for path, text in (("team/team.thing.yaml", RULE), ("packs/mine.yaml", PACK)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    assert run("check", plain, "--pack", folder).returncode == 1
    (plain / "thing").write_text("x", encoding="utf-8")
    assert run("check", plain, "--pack", folder).returncode == 0


def objects(folder: Path) -> list[Path]:
    return [path for path in (folder / ".git/objects").rglob("*") if path.is_file() and len(path.name) == 38]


def _drop(path: Path) -> None:
    path.unlink()


def _garble(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"garbled")


def _cut(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:10])


@pytest.mark.slow
@pytest.mark.parametrize("harm", [_drop, _garble, _cut])
@pytest.mark.parametrize("what", ["HEAD", "HEAD~1", "HEAD^{tree}", "HEAD~1^{tree}", "HEAD:README.md", "v1"])
def test_what_can_still_be_judged_of_a_damaged_repository_is_judged(
    plain: Path, what: str, harm: Callable[[Path], None]
) -> None:
    git(plain, "tag", "-a", "v1", "-m", "Release")
    sha = git(plain, "rev-parse", what)
    harm(plain / ".git/objects" / sha[:2] / sha[2:])
    done = run("check", plain, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["error"] == 0
    readme = (
        next(item for item in report["results"] if item["rule"] == "doc.readme")
        if "doc.readme" in done.stdout
        else None
    )
    assert readme is None or readme["state"] != "not_assessable"
    for arguments in (
        ("check", plain, "--rev", "HEAD"),
        ("check", plain, "--staged"),
        ("diff", "HEAD~1", "--repo", plain),
    ):
        other = run(*arguments)
        assert other.returncode in (0, 1, 2, 4) and "Traceback" not in other.stderr, other.stderr
        assert other.returncode != 2 or other.stderr.startswith("qmslint: ")


@pytest.mark.slow
@pytest.mark.parametrize("part", ["index", "HEAD", "packed-refs", "config", "refs/heads/main", "shallow"])
def test_a_damaged_git_directory_is_named_or_told(plain: Path, part: str) -> None:
    git(plain, "pack-refs", "--all", "--no-prune")
    (plain / ".git" / part).write_bytes(b"\xff\0garbled\n\x1b[31m")
    done = run("check", plain)
    assert done.returncode in (0, 1, 2) and "\x1b" not in done.stdout + done.stderr
    if done.returncode == 2:
        complains(done)


@pytest.mark.slow
@pytest.mark.parametrize("how", [("--depth", "1"), ("--filter=blob:none",), ("--filter=tree:0",)])
def test_a_clone_that_is_not_whole_is_neither_greener_nor_redder(tmp_path: Path, how: tuple[str, ...]) -> None:
    source = repository(tmp_path / "source", CLEAN, *({"a.txt": str(n), "CHANGELOG.md": f"# {n}\n"} for n in range(5)))
    git(source, "tag", "-a", "v1.0.0", "-m", "Release")
    git(source, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", *how, f"file://{source}", "copy")
    found = {}
    for name in ("source", "copy"):
        done = run("check", tmp_path / name, "--format", "json", "--as-of", "2026-06-30")
        assert done.returncode in (0, 1), done.stderr
        found[name] = {item["rule"]: item["state"] for item in json.loads(done.stdout)["results"]}
    for rule, state in found["copy"].items():
        assert state in (found["source"][rule], "not_assessable"), rule
    if "--depth" in how:
        complains(run("check", tmp_path / "copy", "--rev", "HEAD~3"), "unknown revision", "not a whole one")


@pytest.mark.slow
def test_names_and_contents_that_are_not_utf8(tmp_path: Path) -> None:
    folder = repository(
        tmp_path / "r", {"caf\udce9.md": b"caf\xe9 \xff", "README.md": b"# caf\xe9\n\nx\n", "CODEOWNERS": b"* @\xff\n"}
    )
    for options in ((), ("--rev", "HEAD"), ("--staged",)):
        for locale in ("C", "C.UTF-8", "POSIX", "nonsense"):
            done = run("check", folder, *options, LC_ALL=locale, PYTHONIOENCODING="")
            assert done.returncode in (0, 1), done.stderr


def _unwritable(folder: Path) -> Path:
    target = folder / "taken"
    target.mkdir()
    return target


def test_a_file_that_cannot_be_written_loses_no_other_output(plain: Path, tmp_path: Path) -> None:
    bad = _unwritable(tmp_path)
    good, later, old = tmp_path / "good.json", tmp_path / "later.xml", tmp_path / "old.md"
    old.write_text("as it was", encoding="utf-8")
    done = run("check", plain, "-o", f"json:{good}", "-o", f"markdown:{bad}", "-o", f"junit:{later}")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "taken cannot be written" in done.stderr
    assert json.loads(good.read_text(encoding="utf-8"))["results"]
    assert later.read_text(encoding="utf-8").endswith("</testsuites>\n")
    assert "rules:" in done.stdout, "the report on standard output is not lost either"
    assert old.read_text(encoding="utf-8") == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.json", "later.xml", "old.md", "plain", "taken"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_said_in_one_line(plain: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [QMSLINT, "check", str(plain)], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "cannot be written" in done.stderr
    done = run("check", plain, "-o", "json:/dev/full")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "rules:" in done.stdout


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_a_reader_that_goes_away_gets_no_complaint(plain: Path, form: str) -> None:
    call = f"'{QMSLINT}' check '{plain}' --format {form} | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", call], capture_output=True, text=True, check=False)
    assert done.stderr == "" and done.stdout.count("\n") == 1
    assert done.returncode in (0, 1, 141)


@pytest.mark.slow
@pytest.mark.parametrize("redirect", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_defect(plain: Path, redirect: str) -> None:
    call = f"'{QMSLINT}' check '{plain}' {redirect}"
    done = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=False)
    assert done.returncode == (2 if redirect.startswith(">&-") else 1), done
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_in_order(tmp_path: Path, number: int, code: int) -> None:
    folder = repository(
        tmp_path / "r", {f"docs/{n}.md": f"# Title {n}\n\n" + "text [a](b) \n" * 4000 for n in range(60)}
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    out = tmp_path / "report.json"
    call = [QMSLINT, "check", str(folder), "-o", f"json:{out}"]
    # What is started in the background of a script is told to ignore interrupts, and would pass that on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        call, env=environment(TMPDIR=str(temporary)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 30
    while not any(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.3)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == code, (process.returncode, stderr)
    assert "Traceback" not in stderr and stdout == ""
    assert not any(temporary.iterdir()) and not out.exists()
