"""What there is to know about a service before any framework starts: one ``Service`` a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hm_auth.service import config
from hm_auth.service.options import MODULE, WORKER, Option, between


@dataclass(frozen=True, slots=True)
class Timer:
    """A management command that runs by the clock.

    ``when`` is a calendar expression of systemd (``man systemd.time``), in UTC: ``daily``,
    ``minutely``, ``*-*-* 03:10``.
    """

    command: str
    when: str

    @property
    def name(self) -> str:
        """What its unit is called behind the service's name: ``run-billing``."""
        return self.command.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Service:
    """The facts of one service, for its settings, ``main.py``, ``init_db.py`` and ``deploy/``.

    ``name`` is its Python package, its conf file's name, its cookies' prefix and, for a module, the
    client id Nexus knows it by. ``directory`` is its project folder, where ``manage.py`` lies.
    ``has_worker`` asks for a second process, ``manage.py work``, for what takes longer than a
    page; ``timers`` are what the installation runs by the clock. Standard library only, so that the
    launcher and the installer can read it before anything is installed.
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
    has_worker: bool = False
    timers: tuple[Timer, ...] = ()

    @property
    def all_options(self) -> tuple[Option, ...]:
        """What this service adds to, or changes in, the options common to all."""
        port = Option("PORT", int, self.port, "Port to listen on.", between(1, 65535))
        more = (*(MODULE if self.is_module else ()), *(WORKER if self.has_worker else ()))
        return (port, *more, *self.options)

    @property
    def conf_path(self) -> Path:
        """Where its configuration file lies."""
        return config.conf_path(self.name, self.directory)

    def load(self) -> config.Config:
        """Read its configuration. Raises ConfigError."""
        return config.load(self.name, directory=self.directory, options=self.all_options)
