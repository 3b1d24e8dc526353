"""Numbers and moments as other programs write them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

_LAST = 253_402_300_799


def number(value: Any) -> float:
    """Return a number, 0 for what is none."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return found if math.isfinite(found) and not isinstance(value, bool) else 0.0


def moment(value: Any) -> int | None:
    """Return an ISO 8601 date or time, or seconds or milliseconds since 1970, as seconds; ``None`` when it is none."""
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    if not text or len(text) > 40:
        return None
    if text.isascii() and text.isdigit() and 9 <= len(text) <= 13:
        seconds = int(text) // (1000 if len(text) > 11 else 1)
        return seconds if seconds <= _LAST else None
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def text_of(value: Any, limit: int = 200) -> str:
    """Return a short text, empty for anything else."""
    return value.strip()[:limit] if isinstance(value, str) else ""


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any, limit: int = 5000) -> list[Any]:
    """Return a list of bounded length, an empty one for anything else."""
    return value[:limit] if isinstance(value, list) else []
