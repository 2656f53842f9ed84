"""Where things lie. Standard library only, like everything ``hm`` reads before there is a venv."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
DEMO = VAR / "demo"
POSTGRES = VAR / "postgres"

# Everything but the last is needed to run the services; the last only to test them.
RUN_LOCKS = (
    ROOT / "deploy/local/requirements.txt",
    ROOT / "nexus_project/requirements.txt",
    ROOT / "treasury_project/requirements.txt",
    ROOT / "archive_project/requirements.txt",
)
TEST_LOCK = ROOT / "tests/requirements.txt"
