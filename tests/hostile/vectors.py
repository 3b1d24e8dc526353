"""Every known way in which a repository's own git files make git run a program, each with the call that runs it.

The call proves that the trap is armed: plain git falls into it.  Examining the same repository must not.
"""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable
from types import MappingProxyType

from .ground import Ground, write

Vector = tuple[Callable[[Ground, str], None], Callable[[Ground], object]]


def _config(*lines: str) -> Callable[[Ground, str], None]:
    """Return a function that adds ``key=value`` lines; ``TRAP`` stands for the trap's command."""

    def dig(ground: Ground, trap: str) -> None:
        for line in lines:
            key, _, value = line.partition("=")
            ground.git("config", "--add", key, value.replace("TRAP", trap))

    return dig


def _attributes(text: str, *lines: str) -> Callable[[Ground, str], None]:
    def dig(ground: Ground, trap: str) -> None:
        ground.commit({".gitattributes": text, "a.txt": "two\n"}, "Attributes")
        _config(*lines)(ground, trap)
        write(ground.repo / "a.txt", "six\n")
        _stir(ground)

    return dig


def _calls(*arguments: str, given: bytes = b"") -> Callable[[Ground], object]:
    return lambda ground: ground.git(*arguments, check=False, input=given, timeout=10)


def _paged(ground: Ground) -> None:
    main, side = pty.openpty()
    env = ground.environment(GIT_CONFIG_NOSYSTEM="1", TERM="xterm")
    subprocess.run(["git", "log"], cwd=ground.repo, env=env, stdin=side, stdout=side, stderr=side, check=False)
    os.close(side)
    os.close(main)


def _included(ground: Ground, trap: str) -> None:
    write(ground.repo / "innocent.txt", f"[core]\n\tfsmonitor = {trap}\n")
    ground.git("config", "include.path", "../innocent.txt")


def _included_if(ground: Ground, trap: str) -> None:
    write(ground.repo / "innocent.txt", f"[core]\n\tfsmonitor = {trap}\n")
    ground.git("config", "includeIf.gitdir:**.path", "../innocent.txt")


def _of_worktree(ground: Ground, trap: str) -> None:
    ground.git("config", "extensions.worktreeConfig", "true")
    write(ground.repo / ".git/config.worktree", f"[core]\n\tfsmonitor = {trap}\n")


def _moved(ground: Ground, trap: str) -> None:
    _config("core.fsmonitor=TRAP")(ground, trap)
    (ground.repo / ".git").rename(ground.repo / "data")
    write(ground.repo / ".git", "gitdir: data\n")


def _linked(ground: Ground, trap: str) -> None:
    _config("core.fsmonitor=TRAP")(ground, trap)
    (ground.repo / ".git").rename(ground.repo / "data")
    (ground.repo / ".git").symlink_to("data")


def _embedded(ground: Ground, trap: str) -> None:
    inner = ground.repo / "docs"
    ground.git("init", "-q", "--bare", str(inner))
    ground.git("config", "core.bare", "false", at=inner)
    ground.git("config", "core.worktree", "..", at=inner)
    ground.git("config", "core.fsmonitor", trap, at=inner)
    write(inner / "guide.md", "# Guide\n")


def _submodule(ground: Ground, trap: str) -> None:
    other = ground.start(at=ground.base / "other")
    ground.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "vendor")
    ground.commit(text="Add a submodule")
    ground.git("config", "core.fsmonitor", trap, at=ground.repo / "vendor")


def _linked_worktree(ground: Ground, trap: str) -> None:
    _config("core.fsmonitor=TRAP")(ground, trap)
    ground.git("-c", "core.fsmonitor=false", "worktree", "add", "-q", "side")
    ground.repo = ground.repo / "side"


def _hook(ground: Ground, trap: str) -> None:
    (ground.repo / ".git/hooks").mkdir(exist_ok=True)
    for name in ("post-index-change", "post-checkout", "pre-commit", "reference-transaction", "fsmonitor-watchman"):
        (ground.repo / ".git/hooks" / name).symlink_to(trap)
    _stir(ground)


def _hooks_elsewhere(ground: Ground, trap: str) -> None:
    (ground.repo / "hooks").mkdir()
    (ground.repo / "hooks/post-index-change").symlink_to(trap)
    ground.git("config", "core.hooksPath", "hooks")
    _stir(ground)


def _stir(ground: Ground) -> None:
    os.utime(ground.repo / "a.txt", (1, 1))


def _signed(*lines: str, kind: str = "PGP SIGNATURE") -> Callable[[Ground, str], None]:
    """Return a function that forges a signed commit."""

    def dig(ground: Ground, trap: str) -> None:
        body = ground.git("cat-file", "commit", "HEAD")
        head, _, text = body.partition("\n\n")
        signature = f"gpgsig -----BEGIN {kind}-----\n \n AAAA\n -----END {kind}-----"
        forged = f"{head}\n{signature}\n\n{text}\n".encode()
        sha = ground.git("hash-object", "-t", "commit", "-w", "--stdin", input=forged)
        ground.git("update-ref", "refs/heads/main", sha)
        _config(*lines)(ground, trap)

    return dig


def _promisor(*lines: str) -> Callable[[Ground, str], None]:
    """Return a function that takes a blob away from what looks like a partial clone."""

    def dig(ground: Ground, trap: str) -> None:
        blob = ground.git("rev-parse", "HEAD:README.md")
        (ground.repo / ".git/objects" / blob[:2] / blob[2:]).unlink()
        common = ("core.repositoryFormatVersion=1", "extensions.partialClone=origin", "remote.origin.promisor=true")
        _config(*common, *lines)(ground, trap)

    return dig


_LAZY = _calls("cat-file", "blob", "HEAD:README.md")
_DIFF = _calls("diff", "HEAD~1", "HEAD")
_STATUS = _calls("status")

VECTORS: MappingProxyType[str, Vector] = MappingProxyType(
    {
        "fsmonitor": (_config("core.fsmonitor=TRAP"), _STATUS),
        "fsmonitor-included": (_included, _STATUS),
        "fsmonitor-included-if": (_included_if, _STATUS),
        "fsmonitor-of-worktree": (_of_worktree, _STATUS),
        "fsmonitor-behind-git-file": (_moved, _STATUS),
        "fsmonitor-behind-git-link": (_linked, _STATUS),
        "fsmonitor-of-linked-worktree": (_linked_worktree, _STATUS),
        "fsmonitor-of-embedded-bare": (_embedded, lambda g: g.git("status", at=g.repo / "docs", check=False)),
        "fsmonitor-of-submodule": (_submodule, _STATUS),
        "hooks": (_hook, _STATUS),
        "hooks-elsewhere": (_hooks_elsewhere, _STATUS),
        "diff-external": (_config("diff.external=TRAP"), _DIFF),
        "diff-driver": (_attributes("*.txt diff=x\n", "diff.x.command=TRAP"), _DIFF),
        "diff-textconv": (_attributes("*.txt diff=x\n", "diff.x.textconv=TRAP"), _calls("log", "-p")),
        "blame-textconv": (_attributes("*.txt diff=x\n", "diff.x.textconv=TRAP"), _calls("blame", "HEAD", "a.txt")),
        "filter-clean": (_attributes("*.txt filter=x\n", "filter.x.clean=TRAP"), _STATUS),
        "filter-smudge": (_attributes("*.txt filter=x\n", "filter.x.smudge=TRAP"), _calls("archive", "HEAD")),
        "filter-process": (_attributes("*.txt filter=x\n", "filter.x.process=TRAP"), _STATUS),
        "signature": (_signed("log.showSignature=true", "gpg.program=TRAP"), _calls("log")),
        "signature-of-ssh": (
            _signed(
                "log.showSignature=true",
                "gpg.ssh.program=TRAP",
                "gpg.ssh.allowedSignersFile=.git/config",
                kind="SSH SIGNATURE",
            ),
            _calls("log"),
        ),
        "lazy-fetch-ssh": (_promisor("remote.origin.url=ssh://127.0.0.1/x", "core.sshCommand=TRAP"), _LAZY),
        "lazy-fetch-uploadpack": (_promisor("remote.origin.url=.", "remote.origin.uploadpack=TRAP"), _LAZY),
        "lazy-fetch-ext": (_promisor("remote.origin.url=ext::TRAP", "protocol.ext.allow=always"), _LAZY),
        "remote-ext": (_config("remote.origin.url=ext::TRAP", "protocol.ext.allow=always"), _calls("ls-remote")),
        "ssh-command": (
            _config("remote.origin.url=ssh://127.0.0.1/x", "core.sshCommand=TRAP", "ssh.variant=simple"),
            _calls("ls-remote"),
        ),
        "git-proxy": (_config("remote.origin.url=git://127.0.0.1/x", "core.gitProxy=TRAP"), _calls("ls-remote")),
        "credential-helper": (
            _config("credential.helper=!TRAP"),
            _calls("credential", "fill", given=b"protocol=https\nhost=x\n\n"),
        ),
        "ask-pass": (_config("core.askPass=TRAP"), _calls("credential", "fill", given=b"protocol=https\nhost=x\n\n")),
        "pager": (_config("core.pager=TRAP"), _paged),
        "pager-of-command": (_config("pager.log=TRAP"), _paged),
        "archive-format": (_config("tar.tgz.command=TRAP"), _calls("archive", "--format=tgz", "HEAD")),
        "trailer": (
            _config("trailer.x.key=X: ", "trailer.x.command=TRAP"),
            _calls("interpret-trailers", given=b"Subject\n\nText\n"),
        ),
        "alias": (_config("alias.st=!TRAP", "alias.log=!TRAP"), _calls("st")),
        "editor": (_config("core.editor=TRAP", "sequence.editor=TRAP"), _calls("commit", "--amend")),
    }
)
