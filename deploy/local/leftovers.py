"""Services that outlived their demo (killed, or its terminal closed). Standard library only."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from deploy.local.services import SERVICES, Service


def stop(instance: Path) -> None:
    """Stop services an earlier demo left running; only ever processes of this clone."""
    for service in SERVICES:
        for file in (pid_file(instance, service.name), pid_file(instance, worker_of(service))):
            if not file.exists():
                continue
            pid = int(file.read_text() or "0")
            if _is_ours(pid, service):
                _end(pid, service)
            file.unlink(missing_ok=True)


def worker_of(service: Service) -> str:
    """Return what the worker of ``service`` is called."""
    return f"{service.name}-worker"


def pid_file(instance: Path, name: str) -> Path:
    """Return where the process id of a running service or worker is kept."""
    return instance / f"{name}.pid"


def _is_ours(pid: int, service: Service) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    words = command.split("\0")
    worker = str(service.directory / "manage.py") in words and "work" in words
    return worker or str(service.directory / "main.py") in words


def _end(pid: int, service: Service) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.kill(pid, number)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if not _is_ours(pid, service):
                return
            time.sleep(0.1)
