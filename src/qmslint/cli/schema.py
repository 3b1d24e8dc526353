"""``qmslint schema``: the published JSON Schemas."""

from __future__ import annotations

import json

import click

NAMES = ("cases", "config", "pack", "policy", "report", "rule", "waivers")


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> int:
    """Print the JSON Schema (draft 2020-12) of packs, rules, cases, configuration, waivers or reports."""
    from qmslint.packs.schema import SCHEMAS

    click.echo(json.dumps(SCHEMAS[name].make(), indent=2, ensure_ascii=False))
    return 0
