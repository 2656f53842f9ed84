"""The facts that settings, main.py and init_db.py share. Imports no Django."""

from __future__ import annotations

from pathlib import Path

from hm_auth.service import Service

SERVICE = Service(
    name="sample",
    title="Sample",
    description="Items to do for each company.",
    icon="box",
    port=5099,
    scopes=("directory:read",),
    directory=Path(__file__).resolve().parent.parent,
)
