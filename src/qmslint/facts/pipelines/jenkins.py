"""Jenkinsfiles, read as text: stages, shell steps, inputs and what swallows failures."""

from __future__ import annotations

import re

from qmslint.facts.base import Scan
from qmslint.facts.pipelines.model import (
    MANUAL,
    MERGE,
    PUSH,
    SCHEDULE,
    TAG,
    Approval,
    Bypass,
    Call,
    External,
    Found,
    Job,
    Place,
)
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

GLOBS = (
    "Jenkinsfile",
    "Jenkinsfile.*",
    "*.jenkinsfile",
    "/jenkins/*.groovy",
    "/.jenkins/*.groovy",
    "/ci/*.Jenkinsfile",
)
_TOKEN = regex(
    r"//[^\n]*|/\*.*?\*/|'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[{}()\n,:]|[A-Za-z_][\w.]*|[^\s]",
    re.S,
)
_SHELLS = frozenset({"sh", "bat", "powershell", "pwsh"})
_BLOCKS = frozenset(
    {
        "stage",
        "steps",
        "parallel",
        "when",
        "post",
        "catchError",
        "warnError",
        "script",
        "always",
        "failure",
        "success",
        "node",
        "environment",
        "options",
        "triggers",
        "anyOf",
        "allOf",
        "not",
        "input",
        "agent",
        "withSonarQubeEnv",
        "timeout",
        "dir",
        "container",
        "docker",
        "unstable",
        "cleanup",
        "changed",
        "try",
        "catch",
        "finally",
    }
)


def read(scan: Scan) -> list[Found]:
    """Return one pipeline per Jenkinsfile; that branches and merge requests are built is set in Jenkins itself."""
    found = []
    for path in evidence_paths(scan, GLOBS):
        text = scan.text(path)
        if text is None:
            scan.problem(path, "PARSE_ERROR", f"{path} cannot be read as text")
        elif len(text) <= 512 * 1024:
            found.append(_Reader(path, text).read())
    return found


class _Block:
    def __init__(self, name: str, argument: str, line: int) -> None:
        self.name = name
        self.argument = argument
        self.line = line
        self.words: list[str] = []


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.tokens = _TOKEN.findall(text)
        self.pipeline = Found("Jenkins", path, path, frozenset({MERGE, PUSH, MANUAL}), unsure=True)
        self.stack: list[_Block] = []
        self.jobs: list[Job] = []
        self.approvals: tuple[Approval, ...] = ()
        self.conditions: dict[int, list[str]] = {}

    def read(self) -> Found:
        line = 1
        last, argument = "", ""
        top = Job("pipeline", 1, self.path, triggers=self.pipeline.triggers, unsure=True)
        self.jobs = [top]
        self.pipeline.jobs.append(top)
        tokens = self.tokens
        for index, token in enumerate(tokens):
            at = line
            line += token.count("\n")
            first = token[0]
            if first in "'\"":
                text = token[3:-3] if token.startswith(("'''", '"""')) else token[1:-1]
                if not argument:
                    argument = text
                if last in _SHELLS:
                    self.shell(text, at, index)
                    last = ""
                elif last in ("branch", "tag", "buildingTag", "changeRequest", "cron", "library", "tool"):
                    self.mark(last, text, at)
            elif token == "{":
                self.open(last, argument, at)
                last, argument = "", ""
            elif token == "}":
                self.close()
                last, argument = "", ""
            elif first.isalpha() or first == "_":
                self.word(token, at, index)
                if token in _BLOCKS or token in _SHELLS or token in ("branch", "cron", "library", "tag"):
                    last, argument = token, ""
            elif token == "\n" and last in ("branch", "cron"):
                last = ""
        return self.pipeline

    def word(self, token: str, at: int, index: int) -> None:
        if token == "input" and (index + 1 < len(self.tokens)):
            self.approvals += (Approval("step", "input", Place(self.path, at)),)
        elif token in ("changeRequest", "buildingTag"):
            self.mark(token, "", at)
        elif token in (
            "withSonarQubeEnv",
            "dependencyCheck",
            "dependencyTrackPublisher",
            "snykSecurity",
            "jacoco",
            "cobertura",
            "recordCoverage",
            "publishCoverage",
            "openshiftDeploy",
            "kubernetesDeploy",
            "docker.build",
        ):
            self.add(Call(at, action=token, kind="jenkins_steps", path=self.path))

    def mark(self, kind: str, text: str, at: int) -> None:
        if kind == "cron":
            self.pipeline.triggers |= {SCHEDULE}
            return
        if kind == "library":
            self.pipeline.externals.append(External(f"shared library {text}", Place(self.path, at)))
            return
        names = [block.name for block in self.stack]
        if "when" in names and "not" not in names[names.index("when") :]:
            job = self.jobs[-1]
            job.triggers = {
                "branch": frozenset({PUSH}) if text not in ("*", "**") else job.triggers,
                "tag": frozenset({TAG}),
                "buildingTag": frozenset({TAG}),
                "changeRequest": frozenset({MERGE}),
            }.get(kind, job.triggers)

    def open(self, name: str, argument: str, at: int) -> None:
        block = _Block(name, argument, at)
        self.stack.append(block)
        if name == "stage":
            outer = self.jobs[-1]
            job = Job(argument or "stage", at, self.path, triggers=outer.triggers, unsure=True)
            self.jobs.append(job)
            self.pipeline.jobs.append(job)

    def close(self) -> None:
        if self.stack:
            block = self.stack.pop()
            if block.name == "stage" and len(self.jobs) > 1:
                done = self.jobs.pop()
                done.approvals = self.approvals

    def shell(self, text: str, at: int, index: int) -> None:
        call = Call(at, script=text, path=self.path)
        bypasses = []
        if "returnStatus" in _same_call(self.tokens, index):
            bypasses.append(Bypass("returnStatus: true", Place(self.path, at)))
        for block in self.stack:
            if block.name in ("catchError", "warnError"):
                bypasses.append(Bypass(block.name, Place(self.path, block.line)))
        call.bypasses = tuple(bypasses)
        if not any(block.name in ("post", "always", "cleanup", "catch", "finally") for block in self.stack):
            self.add(call)

    def add(self, call: Call) -> None:
        job = self.jobs[-1]
        job.calls.append(call)
        job.approvals = self.approvals


def _same_call(tokens: list[str], index: int) -> list[str]:
    """Return the tokens of the parentheses around a text, at most 24 to each side, on the same statement."""
    found: list[str] = []
    for step in (-1, 1):
        position = index + step
        while 0 <= position < len(tokens) and abs(position - index) < 24:
            token = tokens[position]
            if token in ("(", ")", "{", "}"):
                break
            found.append(token)
            position += step
    return found
