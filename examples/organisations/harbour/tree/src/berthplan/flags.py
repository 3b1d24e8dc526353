"""Feature flags: what is on for whom is defined in config/flags.flagd.json."""

from __future__ import annotations

from openfeature import api

KNOWN = ("waiting-list", "new-search")


def on(name: str, harbour: str) -> bool:
    """Tell whether a registered flag is on for a harbour."""
    if name not in KNOWN:
        raise KeyError(name)
    context = api.EvaluationContext(targeting_key=harbour)
    return bool(api.get_client().get_boolean_value(name, False, context))
