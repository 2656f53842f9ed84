"""A service's configuration: environment over ``instance/<module>.conf`` over default.

The file is ``KEY=value`` lines (see conf_file); the environment uses the same keys behind ``HM_``.
An unknown key in the file, a missing required value and a value of the wrong type are errors that
name the key, where it was set and what to do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hm_auth.service import conf_file
from hm_auth.service.options import COMMON, MODULE, REQUIRED, Option

__all__ = ["COMMON", "MODULE", "REQUIRED", "Config", "ConfigError", "Option", "conf_path", "load"]

PREFIX = "HM_"
_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}


class ConfigError(Exception):
    """The configuration cannot be used; the message says which key and what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """The values of one service, typed; ``config["DB_PORT"]`` is an int.

    Its ``repr`` leaves the values out: it ends up in logs and on error pages.
    """

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

    ``options`` come on top of COMMON; one of the same key replaces it. Raises ConfigError.
    """
    path = conf_path(name, directory)
    known = {option.key: option for option in (*COMMON, *options)}
    try:
        stored = conf_file.read(path)
    except conf_file.ConfFileError as error:
        raise ConfigError(str(error)) from None
    if unknown := sorted(set(stored) - set(known)):
        raise ConfigError(f"{path}: unknown setting {', '.join(unknown)}. Remove or correct it.")
    values = {}
    for key, option in known.items():
        text, source = stored.get(key), str(path)
        if (variable := os.environ.get(PREFIX + key)) is not None:
            text, source = variable, f"the environment variable {PREFIX}{key}"
        values[key] = _value(option, text, source, directory / "init_db.py")
    return Config(name=name, path=path, values=values)


def parse(option: Option, text: str) -> Any:
    """Return ``text`` as the type of ``option``. Raises ValueError with what is expected.

    django-environ's casts do the work, but it takes every unknown word for a false bool and keeps
    the blanks of ``a, b``. Its look-up is not used: a value starting with ``$`` stays as it is.
    """
    import environ  # only here: a service's facts are read before anything is installed, too

    if option.cast is bool and text.strip().lower() not in _TRUE | _FALSE:
        raise ValueError("must be true or false")
    if option.cast is int and not text.strip().removeprefix("-").isdecimal():
        raise ValueError("must be a whole number")
    if option.cast in {bool, int}:
        text = text.strip()
    value = environ.Env.parse_value(text, option.cast)
    if option.cast is list:
        value = [item.strip() for item in value if item.strip()]
    if option.check:
        option.check(value)
    return value


def _value(option: Option, text: str | None, source: str, init_db: Path) -> Any:
    if text is None and option.default is not REQUIRED:
        return list(option.default) if option.cast is list else option.default
    if text is None or (not text and option.default is REQUIRED):
        state = "not set" if text is None else "empty"
        raise ConfigError(f"{option.key} is {state} in {source}. Run: python {init_db}")
    try:
        return parse(option, text)
    except ValueError as error:
        raise ConfigError(f"{option.key} in {source} {error}.") from None
