"""Find and read the configuration of a repository."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qmslint import lineyaml, plaintoml
from qmslint.derive import Builder, suggest
from qmslint.errors import ConfigError, Place
from qmslint.forms import Policy
from qmslint.quick import dataclass
from qmslint.repo.snapshot import Snapshot
from qmslint.settings import Settings

NAMES = ("qmslint.yml", ".qmslint.yml", ".config/qmslint.yml")
_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Known:
    """The names a configuration may use: ids of rules, names of packs, numbers of clauses."""

    rules: tuple[str, ...]
    packs: tuple[str, ...]
    clauses: tuple[str, ...]


def from_file(path: Path, known: Known | None = None) -> Settings:
    """Return the settings written in a file outside or inside the repository.

    Raises
    ------
    ConfigError
        If it cannot be read or says something that is not understood.
    """
    return _settings(str(path), _content(path), known)


def policy_from_file(path: Path) -> tuple[Policy, frozenset[str], str]:
    """Return an organisation's policy, the options its ``config`` states, and the digest of the file.

    Raises
    ------
    ConfigError
        If it cannot be read or says something that is not understood.
    """
    name, content = str(path), _content(path)
    try:
        data = lineyaml.load(content.decode("utf-8-sig"), name, strict=True)
    except UnicodeDecodeError:
        raise ConfigError("not UTF-8 text", Place(name)) from None
    except lineyaml.YamlError as error:
        raise ConfigError(error.message, error.place) from None
    policy: Policy = Builder(name, error=ConfigError).build(Policy, data, 1, "the policy")
    stated = data.get("config") or {}
    _with_reasons(policy.config, stated, name)
    return policy, frozenset(str(key) for key in stated), hashlib.sha256(content).hexdigest()


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LIMIT + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", Place(str(path))) from error
    if len(content) > _LIMIT:
        raise ConfigError(f"larger than {_LIMIT} bytes", Place(str(path)))
    return content


def where(snapshot: Snapshot) -> list[str]:
    """Return the files of the examined view that hold a configuration."""
    found = [name for name in NAMES if name in snapshot]
    return [*found, "pyproject.toml"] if _pyproject(snapshot) is not None else found


def discover(snapshot: Snapshot, known: Known | None = None) -> Settings:
    """Return the settings found in the examined view, defaults when there are none.

    Raises
    ------
    ConfigError
        If they are in two places or not understood.
    """
    found = [name for name in NAMES if name in snapshot]
    table = _pyproject(snapshot)
    if table is not None:
        found.append("pyproject.toml")
    if len(found) > 1:
        raise ConfigError(f"configuration is in {' and in '.join(found)}; keep one")
    if not found:
        return Settings()
    if table is not None:
        return settings_from(table, "pyproject.toml", known)
    content = snapshot.read(found[0])
    if content is None:
        raise ConfigError(f"cannot be read ({snapshot.unread.get(found[0], 'unreadable')})", Place(found[0]))
    return _settings(found[0], content, known)


def _pyproject(snapshot: Snapshot) -> Any:
    content = snapshot.read("pyproject.toml") if "pyproject.toml" in snapshot else None
    if content is None or b"tool.qmslint" not in content:
        return None
    if len(content) > _LIMIT:
        raise ConfigError(f"larger than {_LIMIT} bytes", Place("pyproject.toml"))
    return _table(_toml("pyproject.toml", content), None)


def _settings(name: str, content: bytes, known: Known | None) -> Settings:
    if len(content) > _LIMIT:
        raise ConfigError(f"larger than {_LIMIT} bytes", Place(name))
    if name.endswith(".toml"):
        data = _toml(name, content)
        return settings_from(_table(data, data), name, known)
    try:
        data = lineyaml.load(content.decode("utf-8-sig"), name, strict=True)
    except UnicodeDecodeError:
        raise ConfigError("not UTF-8 text", Place(name)) from None
    except lineyaml.YamlError as error:
        raise ConfigError(error.message, error.place) from None
    return settings_from({} if data is None else data, name, known)


def _table(data: dict[str, Any], default: Any) -> Any:
    tool = data.get("tool")
    return tool.get("qmslint", default) if isinstance(tool, dict) else default


def _toml(name: str, content: bytes) -> dict[str, Any]:
    try:
        return plaintoml.loads(content.decode("utf-8"))
    except ValueError as error:
        raise ConfigError(f"not valid TOML: {error}", Place(name)) from None


def settings_from(data: Any, name: str, known: Known | None = None) -> Settings:
    """Return settings from parsed data; ``name`` is used in complaints, and ``known`` to find misspelt names."""
    settings: Settings = Builder(name, error=ConfigError).build(Settings, data, 1, "the configuration")
    _with_reasons(settings, data, name)
    if known:
        _no_strangers("rule", settings.rules, known.rules, data, name, "rules")
        _no_strangers("pack", settings.packs, known.packs, data, name, "packs")
        _no_strangers("clause", settings.evidence_home, known.clauses, data, name, "evidence_home")
        excluded = [item.clause for item in settings.exclusions]
        _no_strangers("clause", excluded, known.clauses, data, name, "exclusions")
    return settings


def _with_reasons(settings: Settings, data: Any, name: str) -> None:
    for rule, item in settings.rules.items():
        if (item.disable or item.grade) and len(item.reason.split()) < 3:
            text = f"rules.{rule}: a reason is needed to disable a rule or change its grade"
            raise ConfigError(text, Place(name, _line(data, "rules", rule)))


def _no_strangers(what: str, names: Iterable[str], known: Sequence[str], data: Any, file: str, key: str) -> None:
    """Refuse a name that does not exist: a misspelt one would silently do nothing."""
    for name in names:
        if name not in known:
            raise ConfigError(
                f"{key}: there is no {what} {name!r}", Place(file, _line(data, key, name)), suggest(name, known)
            )


def _line(data: Any, key: str, inner: str) -> int:
    """Return the line of an entry, or of the option it stands in; 0 where the format keeps none."""
    if not isinstance(data, lineyaml.Map):
        return 0
    part = data.get(key)
    return part.line_of(inner) if isinstance(part, lineyaml.Map) else data.line_of(key)
