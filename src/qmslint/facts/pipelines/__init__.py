"""What the pipelines of a repository do, whichever CI system runs them."""

from __future__ import annotations

from qmslint.facts.base import Scan, fact
from qmslint.facts.pipelines import (
    azure,
    bitbucket,
    buildkite,
    circleci,
    cirrus,
    drone,
    github,
    gitlab,
    jenkins,
    plain,
    precommit_ci,
    tekton,
    travis,
    zuul,
)
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
    spoken,
)

__all__ = ["MERGE", "Approval", "Bypass", "External", "Pipeline", "Pipelines", "Place", "Step", "pipelines", "spoken"]

_SYSTEMS = (
    github,
    gitlab,
    azure,
    jenkins,
    circleci,
    zuul,
    travis,
    buildkite,
    bitbucket,
    drone,
    tekton,
    cirrus,
    precommit_ci,
    plain,
)
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
    found = [pipeline(scan, item) for system in _SYSTEMS for item in system.read(scan)]
    broken = tuple(sorted(set(scan.problems) - before))
    steps = tuple(step for item in found for step in item.steps)
    return Pipelines(tuple(found), steps, broken, scan.glob(*plain.UNREAD)[:20])
