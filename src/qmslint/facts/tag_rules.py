"""Rules that keep release tags from being moved or deleted, as far as they are kept as code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.quick import regex

_TERRAFORM = regex(r'^resource\s+"((?:gitlab_tag_protection|github_repository_tag_protection))"', re.M)
_RULESET = regex(r'^resource\s+"(github_(?:repository|organization)_ruleset)"\s+"[^"\n]{1,100}"\s*\{', re.M)
_TARGET = regex(r'^[ \t]*target\s*=\s*"tag"', re.M)
_ACTIVE = regex(r'^[ \t]*enforcement\s*=\s*"active"', re.M)
_KEEPING = frozenset({"deletion", "non_fast_forward", "update"})
_LIMIT = 1024 * 1024


@fact
def tag_rules(scan: Scan) -> tuple[tuple[str, int], ...]:
    """Return file and line of every rule that protects tags and is switched on."""
    found = []
    for path in scan.glob(*scan.words("releases", "tag_rule_files")):
        text = scan.text(path)
        if not text or "tag" not in text or len(text) > _LIMIT:
            continue
        if path.endswith(".json") and not path.endswith(".tf.json"):
            found += [(path, line) for line in _json(scan, path, text)]
        elif path.endswith(".tf"):
            found += [(path, line) for line in _terraform(text)]
    return tuple(found)


def _terraform(text: str) -> Iterator[int]:
    for match in _TERRAFORM.finditer(text):
        yield text.count("\n", 0, match.start()) + 1
    blocks = list(_RULESET.finditer(text))
    for index, match in enumerate(blocks):
        stop = blocks[index + 1].start() if index + 1 < len(blocks) else len(text)
        end = text.find("\n}", match.end(), stop)
        block = text[match.end() : end if end >= 0 else stop]
        if _TARGET.search(block) and _ACTIVE.search(block):
            yield text.count("\n", 0, match.start()) + 1


def _json(scan: Scan, path: str, text: str) -> Iterator[int]:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        scan.problem(path, "PARSE_ERROR", f"not valid JSON: {str(error)[:100]}")
        return
    for ruleset in _rulesets(data):
        rules = ruleset.get("rules")
        kinds = {rule.get("type") for rule in rules if isinstance(rule, dict)} if isinstance(rules, list) else set()
        if ruleset.get("target") == "tag" and ruleset.get("enforcement") == "active" and kinds & _KEEPING:
            yield text.count("\n", 0, max(text.find('"tag"'), 0)) + 1


def _rulesets(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the rulesets of an export: one, a list, or either in the envelope's `data`."""
    for part in data if isinstance(data, list) else [data]:
        if isinstance(part, dict):
            yield part
            inner = part.get("data")
            yield from (item for item in (inner if isinstance(inner, list) else [inner]) if isinstance(item, dict))
