"""The facts of Archive that its settings, main.py and init_db.py share. Imports no Django."""

from __future__ import annotations

from pathlib import Path

from hm_auth.service import Service

SERVICE = Service(
    name="archive",
    title="Archive",
    description="How things are done here, and for each client.",
    icon="book-open",
    port=5003,
    directory=Path(__file__).resolve().parent.parent,
)
