"""What must be so before a demo starts, before anything is changed. Standard library only."""

from __future__ import annotations

import os

from deploy.local import leftovers, ports, waiting
from deploy.local.paths import DEMO, ROOT, VAR
from deploy.local.services import SERVICES

DEMO_LOCK = VAR / "demo.lock"
RUNNING = "The demo is already running: open http://127.0.0.1:5000, or stop it first."


def problem() -> str:
    """Return in one sentence why the demo cannot start, or an empty string."""
    folder = VAR if VAR.exists() else ROOT
    if not os.access(folder, os.W_OK):
        return f"You may not write in {folder}; run ./hm as its owner, or make a clone of your own."
    if DEMO_LOCK.exists() and not os.access(DEMO_LOCK, os.W_OK):
        return f"The demo in {VAR} belongs to another user; run ./hm as that user, or delete {VAR}."
    if waiting.is_held(DEMO_LOCK):
        return RUNNING
    leftovers.stop(DEMO)
    return used_port()


def used_port() -> str:
    """Return in one sentence which port of ours another program uses, or an empty string."""
    for service in SERVICES:
        if not ports.is_free(service.port):
            return (
                f"Port {service.port}, which {service.title} needs, is used by another program; "
                "stop that program and run ./hm demo again."
            )
    return ""
