"""A service's configuration: environment over ``instance/<module>.conf`` over default.

The file is ``KEY=value`` lines; the environment uses the same keys behind ``HM_``. An unknown key in
the file, a missing required value and a value of the wrong type are errors that name the key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import environ


class ConfigError(Exception):
    """The configuration cannot be used; the message says which key and what to do."""


class _Required(Enum):
    TOKEN = "required"


REQUIRED = _Required.TOKEN


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: ``cast`` is str, int, bool or list (comma separated)."""

    key: str
    cast: type = str
    default: Any = REQUIRED
    help: str = ""


COMMON: tuple[Option, ...] = (
    Option("SECRET_KEY", help="Random; init_db.py makes one."),
    Option("DEBUG", bool, False, "Never in production."),
    Option("PUBLIC_URL", help="Where browsers find this service, without a final slash."),
    Option("ALLOWED_HOSTS", list, [], "More host names than the one of PUBLIC_URL."),
    Option("HOST", str, "127.0.0.1", "Address to listen on."),
    Option("PORT", int, help="Port to listen on."),
    Option("THREADS", int, 8, "Waitress threads."),
    Option("TRUSTED_PROXIES", list, ["127.0.0.1", "::1"], "Whose X-Forwarded-For is believed."),
    Option("DB_HOST", str, "127.0.0.1"),
    Option("DB_PORT", int, 5432),
    Option("DB_NAME"),
    Option("DB_USER"),
    Option("DB_PASSWORD", str, ""),
    Option("TIME_ZONE", str, "UTC"),
    Option("LOG_FORMAT", str, "json", "json or text."),
    Option("LOG_LEVEL", str, "INFO"),
    Option("EMAIL_URL", str, "consolemail://", "smtp+tls://user:password@host:587"),
    Option("EMAIL_FROM", str, "HiveMatrix <noreply@localhost>"),
)

MODULE: tuple[Option, ...] = (
    Option("NEXUS_URL", help="Where this module reaches Nexus, without a final slash."),
    Option("CLIENT_ID", help="The name Nexus knows this module by."),
    Option("CLIENT_SECRET", help="Given by Nexus when the module was registered."),
)


@dataclass(frozen=True, slots=True)
class Config:
    """The values of one service, typed; ``config["DB_PORT"]`` is an int."""

    name: str
    path: Path
    values: Mapping[str, Any] = field(repr=False)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


def conf_path(name: str, directory: Path) -> Path:
    """Return where the file of service ``name`` lies; ``HM_INSTANCE_DIR`` overrides the folder."""
    folder = os.environ.get("HM_INSTANCE_DIR")
    return (Path(folder) if folder else directory / "instance") / f"{name}.conf"


def load(name: str, *, directory: Path, options: Sequence[Option] = ()) -> Config:
    """Read the configuration of service ``name`` whose project lies in ``directory``.

    Raises ConfigError.
    """
    path = conf_path(name, directory)
    known = {option.key: option for option in (*COMMON, *options)}
    stored = read_file(path) if path.exists() else {}
    if unknown := sorted(set(stored) - set(known)):
        raise ConfigError(f"{path}: unknown setting {', '.join(unknown)}. Remove or correct it.")
    values = {key: _value(option, stored, path) for key, option in known.items()}
    return Config(name=name, path=path, values=values)


def read_file(path: Path) -> dict[str, str]:
    """Return the raw values of a conf file."""
    values: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            key, _, value = line.partition("=")
            values[key.strip()] = value.strip()
    return values


def _value(option: Option, stored: Mapping[str, str], path: Path) -> Any:
    text = os.environ.get(f"HM_{option.key}", stored.get(option.key))
    if text is None:
        if option.default is REQUIRED:
            raise ConfigError(f"{option.key} is not set in {path}. Run init_db.py.")
        return option.default
    try:
        return environ.Env.parse_value(text, option.cast)
    except ValueError as error:
        raise ConfigError(f"{path}: {option.key} is not a valid {option.cast.__name__}.") from error
