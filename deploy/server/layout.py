"""Where things lie on a server, and whose they are. docs/installation.md has the table."""

from __future__ import annotations

from pathlib import Path

USER = "hivematrix"

HOME = Path("/opt/hivematrix")
RELEASES = HOME / "releases"
CURRENT = HOME / "current"
PREVIOUS = HOME / "previous"

CONFIGURATION = Path("/etc/hivematrix")
DATA = Path("/var/lib/hivematrix")
BACKUPS = Path("/var/backups/hivematrix")

UNITS = Path("/etc/systemd/system")
CADDY = Path("/etc/caddy")
COMMANDS = Path("/usr/local/bin")

# What every process of ours is told; the units have the same lines.
ENVIRONMENT = {
    "HM_INSTANCE_DIR": str(CONFIGURATION),
    "HM_STATIC_DIR": str(CURRENT / "static"),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
}


def python(release: Path, service: str) -> Path:
    """Return the interpreter of a service's own virtual environment in ``release``."""
    return release / "venv" / service / "bin/python"
