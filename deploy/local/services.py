"""The services of this clone: each folder ``<name>_project``. Standard library only.

HM_MORE_PROJECTS may name another folder with such folders, so that a module from a repository of
its own runs in the demo, too.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from deploy.local.paths import ROOT
from hm_auth.service import Service

__all__ = ["BY_NAME", "EXTENSIONS", "MODULES", "NEXUS", "SERVICES", "Service"]

# Of PostgreSQL; every service's database has them, and only a superuser may be sure to make them.
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "fuzzystrmatch")


def _found() -> dict[str, Service]:
    """Return what each project says of itself (``<name>/service.py``), in the order of ports."""
    found = []
    more = os.environ.get("HM_MORE_PROJECTS")
    for folder in [*ROOT.glob("*_project"), *(Path(more).glob("*_project") if more else ())]:
        if (folder / "main.py").exists():
            if str(folder) not in sys.path:
                sys.path.append(str(folder))
            name = folder.name.removesuffix("_project")
            found.append(importlib.import_module(f"{name}.service").SERVICE)
    return {service.name: service for service in sorted(found, key=lambda each: each.port)}


BY_NAME: dict[str, Service] = _found()
NEXUS = BY_NAME["nexus"]
MODULES = tuple(service for service in BY_NAME.values() if service.is_module)
SERVICES = (NEXUS, *MODULES)  # in the order in which they are set up: Nexus registers the others
