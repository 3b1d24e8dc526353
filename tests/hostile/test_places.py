"""What lies around a repository cannot steer the run, and links and pointers never lead out of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from .ground import SECRET, Ground, write

PLANTED = ("yaml", "typing", "re2", "click", "rich", "json", "pathspec", "sitecustomize", "usercustomize", "qmslint")


def plant_modules(ground: Ground) -> None:
    """Put modules into the repository that stand in for those the program imports."""
    trap = ground.trap("module")
    for name in PLANTED:
        write(ground.repo / f"{name}.py", f"import os\nos.system({trap!r})\n")
    write(ground.repo / "qmslint/__init__.py", f"import os\nos.system({trap!r})\n")


def test_modules_in_the_repository_are_not_imported(ground: Ground) -> None:
    ground.start()
    plant_modules(ground)
    assert ground.command("check").code in (0, 1)


def test_modules_in_the_repository_are_not_imported_by_the_module_call(ground: Ground) -> None:
    ground.start()
    plant_modules(ground)
    (ground.repo / "qmslint.py").unlink()
    shutil.rmtree(ground.repo / "qmslint")
    # Python itself imports what is called like this before any program can say a word.
    for name in ("sitecustomize", "usercustomize"):
        (ground.repo / f"{name}.py").unlink()
    call = [sys.executable, "-m", "qmslint", "check"]
    done = subprocess.run(call, cwd=ground.repo, env=ground.environment(), capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert not ground.fired


@pytest.mark.slow
@pytest.mark.parametrize("path", [".", "", "bin", "{repo}", "{repo}/bin"])
def test_a_program_called_git_in_the_repository_is_not_run(ground: Ground, path: str) -> None:
    ground.start()
    trap = ground.trap("git")
    for place in (ground.repo / "git", ground.repo / "bin/git"):
        place.parent.mkdir(exist_ok=True)
        shutil.copy(trap, place)
    search = path.format(repo=ground.repo) + os.pathsep + os.environ["PATH"]
    assert ground.command("check", PATH=search).code in (0, 1)
    only = ground.command("check", PATH=path.format(repo=ground.repo))
    assert only.code == 2 and "git" in only.stderr


STEERING = {
    "GIT_DIR": "{other}/.git",
    "GIT_WORK_TREE": "{other}",
    "GIT_OBJECT_DIRECTORY": "{other}/.git/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{other}/.git/objects",
    "GIT_CONFIG_GLOBAL": "{other}/evil",
    "GIT_CONFIG_SYSTEM": "{other}/evil",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor={trap}'",
    "GIT_EXTERNAL_DIFF": "{trap}",
    "GIT_SSH_COMMAND": "{trap}",
    "GIT_PROXY_COMMAND": "{trap}",
    "GIT_ASKPASS": "{trap}",
    "SSH_ASKPASS": "{trap}",
    "GIT_PAGER": "{trap}",
    "PAGER": "{trap}",
    "GIT_EDITOR": "{trap}",
    "GIT_EXEC_PATH": "{other}",
    "GIT_TEMPLATE_DIR": "{other}",
    "GIT_TRACE": "{other}/trace",
    "GIT_TRACE2_EVENT": "{other}/trace",
    "GIT_NAMESPACE": "evil",
    "GIT_REPLACE_REF_BASE": "refs/evil",
    "GIT_CEILING_DIRECTORIES": "{other}",
    "GIT_INDEX_FILE": "{other}/.git/index",
    "XDG_CONFIG_HOME": "{other}",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STEERING))
def test_the_caller_of_a_hook_does_not_steer_the_run(ground: Ground, name: str) -> None:
    ground.start()
    other = ground.start({"other.txt": "x"}, ground.outside / "other")
    trap = ground.trap("steered")
    for file in (other / "evil", other / "git/config"):
        write(file, f"[core]\n\tfsmonitor = {trap}\n\tpager = {trap}\n[diff]\n\texternal = {trap}\n")
    plain = ground.examine()
    steered = ground.examine("--staged", **{name: STEERING[name].format(other=other, trap=trap)})
    assert steered.report["subject"]["commit"] == plain.report["subject"]["commit"]
    assert steered.report["subject"]["commits"] == 2


LINKED = ("README.md", "CHANGELOG.md", "CODEOWNERS", "SECURITY.md", ".github/workflows/ci.yml", "qmslint.yml")


@pytest.mark.parametrize("how", ["absolute", "relative", "chain", "folder"])
def test_links_out_of_the_tree_are_named_but_not_followed(ground: Ground, how: str) -> None:
    ground.init()
    ground.commit({"a.txt": "x"})
    secret = ground.outside / "secret.md"
    for name in LINKED if how != "folder" else ("docs", ".github", ".qms"):
        place = ground.repo / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if how == "folder":
            place.symlink_to(ground.outside)
        elif how == "chain":
            hop = place.with_name(place.name + ".hop")
            hop.symlink_to(os.path.relpath(secret, hop.parent))
            place.symlink_to(hop.name)
        else:
            place.symlink_to(secret if how == "absolute" else os.path.relpath(secret, place.parent))
    run = ground.examine()
    assert "out of the tree; not followed" in run.notes
    ground.commit(text="Links")
    for options in (("--staged",), ("--rev", "HEAD")):
        assert "out of the tree; not followed" in ground.examine(*options).notes


@pytest.mark.slow
@pytest.mark.parametrize(
    "target", ["loop", "missing", "/dev/zero", "/proc/self/environ", ".", "..", "/", "\n", "x" * 4000]
)
def test_links_that_lead_nowhere_good(ground: Ground, target: str) -> None:
    ground.start()
    for name in ("loop", "CHANGELOG.md", "CODEOWNERS", ".gitignore", ".mailmap", "docs"):
        (ground.repo / name).symlink_to(target)
    run = ground.examine()
    assert run.report["results"]


def test_a_link_inside_the_tree_counts_as_what_it_names(ground: Ground) -> None:
    ground.start({"docs/readme.md": "# Thing\n\nWhat it does and how.\n"})
    (ground.repo / "README.md").unlink()
    (ground.repo / "README.md").symlink_to("docs/readme.md")
    assert "not followed" not in ground.examine().notes


def test_a_git_file_that_leads_to_another_repository_is_told(ground: Ground) -> None:
    other = ground.start({"other.txt": "x"}, ground.outside / "other")
    write(ground.repo / "README.md", "# Mine\n")
    write(ground.repo / ".git", f"gitdir: {other}/.git\n")
    run = ground.examine()
    assert "does not name this work tree" in run.notes


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    ["gitdir: /nowhere\n", "gitdir: \n", "gitdir: ../outside\n", "rubbish", "gitdir: \x1b[31m\n", "gitdir: .git\n"],
)
def test_a_git_file_that_leads_nowhere_stops_the_run(ground: Ground, content: str) -> None:
    write(ground.repo / ".git", content)
    run = ground.examine()
    assert run.code == 2 and "does not lead to a repository" in run.stderr


def test_a_work_tree_elsewhere_is_not_looked_at(ground: Ground) -> None:
    ground.start()
    ground.git("config", "core.worktree", str(ground.outside))
    run = ground.examine()
    assert "secret.md" not in run.everything


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", ["objects", "refs", "refs/heads", "packed-refs", "HEAD", "index", "config", "shallow", "info"]
)
def test_parts_of_the_git_directory_that_are_links(ground: Ground, part: str) -> None:
    ground.start()
    ground.git("pack-refs", "--all", "--no-prune")
    other = ground.start({"other.txt": "x"}, ground.outside / "other")
    place = ground.repo / ".git" / part
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    target = other / ".git" / part
    place.symlink_to(target if target.exists() else ground.outside / "secret.md")
    ground.examine()


def test_a_linked_work_tree_and_a_submodule_are_examined_as_what_they_are(ground: Ground) -> None:
    ground.start()
    ground.git("worktree", "add", "-q", "../side")
    other = ground.start({"only-here.txt": "x"}, ground.base / "ground" / "other")
    ground.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "vendor")
    ground.commit(text="Add a submodule")
    for path, commits in ((ground.repo.parent / "side", 2), (ground.repo / "vendor", 2), (ground.repo, 3)):
        run = ground.examine(path=path)
        assert run.report["subject"]["commits"] == commits
        assert "does not name this work tree" not in run.notes


def test_borrowed_objects_are_told(ground: Ground) -> None:
    other = ground.start({"other.txt": "x"}, ground.outside / "other")
    shutil.rmtree(ground.repo)
    ground.git("clone", "-q", "--shared", str(other), str(ground.repo), at=ground.base)
    assert "alternates" in ground.examine().notes


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["/nowhere", "../../..", "\0", "\x1b[31m", "objects", "/dev/zero", "#x", '"x', "{secret}"]
)
def test_alternates_that_lead_nowhere(ground: Ground, line: str) -> None:
    ground.start()
    secret = ground.outside / "secret.md"
    write(ground.repo / ".git/objects/info/alternates", line.format(secret=secret) + "\n")
    ground.examine()


def test_a_repository_planted_in_the_tree_is_not_looked_into(ground: Ground) -> None:
    ground.start()
    ground.start({"CHANGELOG.md": f"# {SECRET}\n"}, ground.repo / "planted")
    run = ground.examine()
    assert "planted: a repository of its own" in run.notes


def test_a_path_with_a_dollar_sign_and_a_tilde_is_that_path(ground: Ground) -> None:
    folder = ground.start(at=ground.repo / "$HOME" / "~")
    assert ground.examine(path=folder).report["subject"]["name"] == "~"


def test_temporary_files_never_lie_in_the_repository(ground: Ground) -> None:
    ground.start()
    run = ground.examine(TMPDIR=str(ground.repo))
    assert run.report["results"]


def test_a_repository_of_another_owner_needs_no_exception(ground: Ground) -> None:
    ground.start()
    if os.geteuid():
        pytest.skip("only root can give files away")
    for entry in [ground.repo, *ground.repo.rglob("*")]:
        os.chown(entry, 12345, 12345, follow_symlinks=False)
    assert ground.git("status", check=False) == "", "plain git refuses here"
    assert ground.examine().report["subject"]["commits"] == 2


def test_a_repository_that_cannot_be_written_to(ground: Ground) -> None:
    ground.start()
    for entry in [*ground.repo.rglob("*"), ground.repo]:
        entry.chmod(0o555 if entry.is_dir() else 0o444)
    try:
        assert ground.examine().report["subject"]["commits"] == 2
    finally:
        for entry in [ground.repo, *ground.repo.rglob("*")]:
            if entry.is_dir():
                entry.chmod(0o755)


def test_nothing_is_written_beside_the_asked_files(ground: Ground) -> None:
    ground.start()
    own = ground.base / "elsewhere"
    own.mkdir()
    run = ground.examine(TMPDIR=str(own))
    assert run.code in (0, 1)
    assert not list(own.iterdir())


def test_compiled_rules_in_the_repository_are_not_believed(ground: Ground) -> None:
    ground.start()
    cache = ground.base / "cache"
    plain = [result["clauses"] for result in ground.examine(XDG_CACHE_HOME=str(cache)).report["results"]]
    compiled = next(cache.rglob("rules-*.json"))
    forged = compiled.read_text(encoding="utf-8").replace('"8.5.1"', '"4.1"')
    compiled.write_text(forged, encoding="utf-8")
    believed = ground.examine(XDG_CACHE_HOME=str(cache))
    assert [result["clauses"] for result in believed.report["results"]] != plain, "the forgery would show"
    write(ground.repo / ".cache" / compiled.relative_to(cache), forged)
    run = ground.command("check", "--format", "json", XDG_CACHE_HOME=str(ground.repo / ".cache"))
    assert [result["clauses"] for result in json.loads(run.stdout)["results"]] == plain
    run = ground.examine(XDG_CACHE_HOME=str(ground.repo / ".cache"))
    assert [result["clauses"] for result in run.report["results"]] == plain
