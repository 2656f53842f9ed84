"""The services of HiveMatrix, in the order in which they are set up. Standard library only."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.paths import ROOT


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its project folder is ``<name>_project``, its Django package ``<name>``."""

    name: str
    title: str
    port: int
    purpose: str
    has_worker: bool = False  # a second process, for what takes longer than a page

    @property
    def folder(self) -> Path:
        return ROOT / f"{self.name}_project"

    def facts(self) -> Any:
        """Return the service's description of itself (``<name>/service.py``); needs the venv."""
        if str(self.folder) not in sys.path:
            sys.path.append(str(self.folder))
        return importlib.import_module(f"{self.name}.service").SERVICE

    @property
    def is_module(self) -> bool:
        """Every service but Nexus signs its users in with Nexus."""
        return self.name != "nexus"


NEXUS = Service("nexus", "Nexus", 5000, "People, companies and contacts")
TREASURY = Service("treasury", "Treasury", 5001, "Agreements and invoices", has_worker=True)
ARCHIVE = Service("archive", "Archive", 5003, "How we do things, written down", has_worker=True)

MODULES = (TREASURY, ARCHIVE)
SERVICES = (NEXUS, *MODULES)
BY_NAME = {service.name: service for service in SERVICES}
