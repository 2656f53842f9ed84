"""One running service: its process group, its log file, whether it answers."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from deploy.local.console import Problem, disk_is_full, failed

Listener = Callable[[str, bool], None]  # a line, and whether it came from standard error


class Process:
    """A service started by us. Its output goes to ``log``; ``listener`` hears each line too."""

    def __init__(
        self,
        title: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        listener: Listener | None = None,
    ) -> None:
        self.title = title
        self._asked = False
        self._log = log
        self._listener = listener
        self._file = log.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        # A session of its own: Ctrl-C in the terminal reaches only us, and we stop it in order.
        self._popen = subprocess.Popen(
            command, env=dict(environment), cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            start_new_session=True,
        )  # fmt: skip
        out, errors = self._popen.stdout, self._popen.stderr
        self._readers = [self._read(out, False), self._read(errors, True)]

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def _read(self, stream: IO[str] | None, is_error: bool) -> threading.Thread:
        def forward() -> None:
            with stream or nullcontext() as lines:
                for line in lines or ():
                    with self._lock:
                        self._file.write(line)
                        self._file.flush()
                    if self._listener:
                        self._listener(line.rstrip("\n"), is_error)

        thread = threading.Thread(target=forward, daemon=True)
        thread.start()
        return thread

    def wait_ready(self, url: str, *, seconds: float = 120) -> None:
        """Wait until ``url`` answers 200. Raises Problem when the process dies or time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.is_alive:
                raise self.death()
            if _answers(url):
                return
            time.sleep(0.1)
        raise Problem(f"{self.title} did not answer at {url} in {seconds:.0f} s; see {self._log}.")

    def death(self) -> Problem:
        """Return the Problem that says how the process ended, its last lines included."""
        for reader in self._readers:
            reader.join(2)
        text = self._log.read_text(encoding="utf-8", errors="replace")[-6000:]
        if disk_is_full(text):
            return failed(self.title, text)
        tail = "\n".join(f"  {line}" for line in text.strip().splitlines()[-15:])
        how = f"{self.title} stopped by itself (exit code {self._popen.returncode})"
        return Problem(f"{how}. Its last lines:\n{tail}")

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the whole process group, once; ``stop`` waits for it.

        A worker takes a second one as a wish to break off what it is doing.
        """
        if self.is_alive and not self._asked:
            self._asked = True
            os.killpg(self.pid, signal.SIGTERM)

    def stop(self, *, seconds: float = 8) -> None:
        """Stop the process group: SIGTERM, and SIGKILL when it takes too long."""
        self.ask_to_stop()
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self._popen.wait()
        for reader in self._readers:
            reader.join(2)
        self._file.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
