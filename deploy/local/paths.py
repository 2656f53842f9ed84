"""Where things lie. Standard library only, like everything ``hm`` reads before there is a venv."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
DEMO = VAR / "demo"
POSTGRES = VAR / "postgres"

# What ./hm installs, by group: what the services need to run, what the site of docs/ is made with,
# and what only the tests need.
LOCKS = {
    "run": (
        "deploy/local/requirements.txt",
        *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("*_project/requirements.txt")),
    ),
    "docs": ("docs/requirements.txt",),
    "test": ("tests/requirements.txt",),
}
