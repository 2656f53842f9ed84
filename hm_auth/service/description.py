"""What there is to know about a service before any framework starts: one ``Service`` a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hm_auth.service import config
from hm_auth.service.options import MODULE, Option, between


@dataclass(frozen=True, slots=True)
class Service:
    """The facts of one service, shared by its settings, ``main.py`` and ``init_db.py``.

    ``name`` is its Python package, its conf file's name, its cookies' prefix and, for a module, the
    client id Nexus knows it by. ``directory`` is its project folder, where ``manage.py`` lies.
    """

    name: str
    title: str
    directory: Path
    port: int
    description: str = ""
    icon: str = "box"
    options: tuple[Option, ...] = ()
    is_module: bool = True
    scopes: tuple[str, ...] = ("directory:read",)

    @property
    def all_options(self) -> tuple[Option, ...]:
        """What this service adds to, or changes in, the options common to all."""
        port = Option("PORT", int, self.port, "Port to listen on.", between(1, 65535))
        return (port, *(MODULE if self.is_module else ()), *self.options)

    @property
    def conf_path(self) -> Path:
        """Where its configuration file lies."""
        return config.conf_path(self.name, self.directory)

    def load(self) -> config.Config:
        """Read its configuration. Raises ConfigError."""
        return config.load(self.name, directory=self.directory, options=self.all_options)
