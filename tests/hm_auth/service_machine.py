"""init_db.py and main.py, run as a script or a person at a terminal runs them."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.databases import Server

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = '%40 p@ss#w0rd $HOME \\ "it\'s" '


@dataclass
class Machine:
    """What one service's commands see: an empty folder and a database with a nasty password."""

    folder: Path
    server: Server
    database: str
    more: dict[str, str] = field(default_factory=dict)

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HM_")}
        for key in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH"):
            kept.pop(key, None)
        return kept | {"HM_INSTANCE_DIR": str(self.folder)} | self.more | changes

    def database_variables(self) -> dict[str, str]:
        return {
            "HM_DB_PORT": str(self.server.port),
            "HM_DB_NAME": self.database,
            "HM_DB_USER": self.database,
            "HM_DB_PASSWORD": PASSWORD,
        }

    def run(self, script: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / script), *arguments],
            env=self.environment(**changes),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


class Person:
    """Somebody at a terminal: waits for a question, types an answer."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.seen = ""
        self._unread = ""
        self._process_id, self._terminal = pty.fork()
        if self._process_id == 0:
            os.chdir("/")
            os.execvpe(command[0], command, environment)

    def expect(self, text: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while text not in self._unread:
            if time.monotonic() > deadline or not self._read():
                raise AssertionError(f"Waited for {text!r}; on the screen was:\n{self.seen}")
        self._unread = self._unread.split(text, 1)[1]

    def answer(self, question: str, reply: str) -> None:
        self.expect(question)
        # getpass empties the input after its question: what is typed before is lost.
        time.sleep(0.1)
        os.write(self._terminal, f"{reply}\n".encode())

    def press_control_c(self) -> None:
        os.write(self._terminal, b"\x03")

    def wait(self) -> int:
        while self._read():
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self._process_id, 0)[1])

    def _read(self) -> bool:
        if not select.select([self._terminal], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._terminal, 4096)
        except OSError:  # the other side is gone
            return False
        text = data.decode(errors="replace")
        self.seen += text
        self._unread += text
        return bool(data)
