"""The values init_db.py needs: each from file, flag, environment, a person or a default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from hm_auth.service import config
from hm_auth.service.database import Credentials
from hm_auth.service.description import Service
from hm_auth.service.options import Option
from hm_auth.service.terminal import SetupError, Terminal

DATABASE_KEYS = ("DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD")
SECRET_KEYS = {"DB_PASSWORD", "CLIENT_SECRET", "SECRET_KEY"}
QUESTIONS = {
    "DB_HOST": "Database host",
    "DB_PORT": "Database port",
    "DB_NAME": "Database name",
    "DB_USER": "Database user",
    "DB_PASSWORD": "Password of the database user (not shown)",
    "PORT": "Port to listen on",
    "PUBLIC_URL": "Address people open in the browser",
    "TIME_ZONE": "Time zone",
    "NEXUS_URL": "Address of Nexus",
}


@dataclass
class Answers:
    """What is known so far. ``values`` are to be written; ``stored`` are in the file and stay."""

    service: Service
    terminal: Terminal
    flags: Mapping[str, str]
    stored: Mapping[str, str]
    values: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        """The value the service will see: the environment wins over the file, here as there."""
        given = self.values.get(key, self.stored.get(key))
        return os.environ.get(config.PREFIX + key, given if given is not None else "")

    def keys(self) -> list[str]:
        """What this service has to be told, in the order it is asked."""
        return [key for key in QUESTIONS if key != "NEXUS_URL" or self.service.is_module]

    def given(self, key: str) -> str | None:
        """What a flag or the environment says about ``key``."""
        return self.flags.get(key, os.environ.get(config.PREFIX + key))

    def missing(self) -> list[str]:
        """What an unattended run cannot do without and has not been given."""
        without_default = ["DB_PASSWORD"]
        return [k for k in without_default if k not in self.stored and self.given(k) is None]

    def collect(self) -> None:
        """Find a value for every key that is not in the file. Raises SetupError."""
        for key in self.keys():
            if key not in self.stored:
                self.values[key] = self._find(key)
                continue
            if self.flags.get(key) not in {None, self.stored[key]}:
                print(f"Keeping {key} as it is in {self.service.conf_path}; edit it there.")
            if os.environ.get(config.PREFIX + key) not in {None, self.stored[key]}:
                print(f"HM_{key} in the environment wins over the file as long as it is set.")

    def ask_database_again(self) -> bool:
        """After a failed connection: ask for what was not stored or given; False without a person.

        Values in the file are never changed here, they can only be tried once more.
        """
        if not self.terminal.confirm("Try again?", default=True):
            return False
        for key in DATABASE_KEYS:
            if key in self.values and os.environ.get(config.PREFIX + key) is None:
                self.values[key] = self._ask(key, self.values[key])
        return True

    def credentials(self) -> Credentials:
        """Return the database the service will open."""
        return Credentials(
            host=self["DB_HOST"],
            port=int(self["DB_PORT"]),
            name=self["DB_NAME"],
            user=self["DB_USER"],
            password=self["DB_PASSWORD"],
        )

    def _find(self, key: str) -> str:
        given = self.given(key)
        if given is None:
            default = self._default(key)
            return self._ask(key, default) if self.terminal.interactive else default
        try:
            config.parse(self._option(key), given)
        except ValueError as error:
            raise SetupError(f"{key} {error}.", code=2) from None
        return given

    def _ask(self, key: str, default: str) -> str:
        if key in SECRET_KEYS:
            return self.terminal.ask_secret(QUESTIONS[key])
        option = self._option(key)
        return self.terminal.ask(QUESTIONS[key], default, lambda text: config.parse(option, text))

    def _default(self, key: str) -> str:
        special = {
            "DB_NAME": self.service.name,
            "DB_USER": self.service.name,
            "PUBLIC_URL": f"http://127.0.0.1:{self['PORT']}",
            "NEXUS_URL": "http://127.0.0.1:5000",
        }
        return special.get(key) or str(self._option(key).default)

    def _option(self, key: str) -> Option:
        known = {option.key: option for option in (*config.COMMON, *self.service.all_options)}
        return known[key]
