"""What the pipelines of a repository do, whichever CI system runs them."""

from __future__ import annotations

from qmslint.facts.base import Scan, fact
from qmslint.facts.pipelines import azure, circleci, github, gitlab, jenkins, others, zuul
from qmslint.facts.pipelines.assemble import pipeline
from qmslint.facts.pipelines.model import (
    MERGE,
    Approval,
    Bypass,
    External,
    Pipeline,
    Pipelines,
    Place,
    Step,
)

__all__ = ["MERGE", "Approval", "Bypass", "External", "Pipeline", "Pipelines", "Place", "Step", "pipelines"]

_DIALECTS = (github.read, gitlab.read, azure.read, jenkins.read, circleci.read, zuul.read, *others.DIALECTS)
EXPECTED = (
    ".github/workflows/*.yml",
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
    "Jenkinsfile",
    ".circleci/config.yml",
    ".travis.yml",
    ".buildkite/*.yml",
    "bitbucket-pipelines.yml",
    ".drone.yml",
    ".woodpecker/*.yml",
    ".tekton/*.yaml",
    ".zuul.yaml",
    ".cirrus.yml",
)
"""Where pipelines are looked for, for people."""


@fact
def pipelines(scan: Scan) -> Pipelines:
    """Return the pipelines of all CI systems found, with every step recognised as far as it can be."""
    before = set(scan.problems)
    found = [pipeline(scan, item) for read in _DIALECTS for item in read(scan)]
    broken = tuple(sorted(set(scan.problems) - before))
    steps = tuple(step for item in found for step in item.steps)
    return Pipelines(tuple(found), steps, broken, scan.glob(*others.UNREAD)[:20])
