"""init_db.py and main.py, run as a script or a person at a terminal runs them."""

from __future__ import annotations

import os
import pty
import select
import signal
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

    def press_control_c(self, until: str) -> None:
        """Press it again when nothing happens: Python loses one that comes just before it reads."""
        for _ in range(10):
            os.write(self._terminal, b"\x03")
            try:
                self.expect(until, seconds=3)
            except AssertionError:
                continue
            return
        raise AssertionError(f"Ctrl-C did nothing; on the screen was:\n{self.seen}")

    def wait(self, seconds: float = 60) -> int:
        deadline = time.monotonic() + seconds
        while self._read():
            if time.monotonic() > deadline:
                os.kill(self._process_id, signal.SIGKILL)
                raise AssertionError(f"It never ended; on the screen was:\n{self.seen}")
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


_INIT_DB = """
import sys
sys.path.append({root!r})
from pathlib import Path
from hm_auth.service import Service, manage, setup
SERVICE = Service(
    name="tiny", title="Tiny", directory=Path(__file__).parent, port=5099, is_module={is_module}
)
sys.exit(setup.run(SERVICE, sys.argv[1:]))
"""

_MANAGE = """
import os, sys
from pathlib import Path
with open(Path(__file__).with_name("calls.txt"), "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
password = os.environ.get("HM_ADMIN_PASSWORD")
sys.exit("too short" if password is not None and len(password) < 12 else 0)
"""


@dataclass(frozen=True)
class TinyProject:
    """A project whose manage.py only notes what it was asked to do: set-up without waiting."""

    machine: Machine
    folder: Path

    @classmethod
    def make(cls, machine: Machine, folder: Path, *, is_module: bool) -> TinyProject:
        folder.mkdir()
        script = _INIT_DB.format(root=str(ROOT), is_module=is_module)
        (folder / "init_db.py").write_text(script)
        (folder / "manage.py").write_text(_MANAGE)
        return cls(machine, folder)

    @property
    def conf(self) -> Path:
        return self.machine.folder / "tiny.conf"

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.machine.run(str(self.folder / "init_db.py"), *arguments, **variables)

    def person(self, *arguments: str, **variables: str) -> Person:
        command = [sys.executable, str(self.folder / "init_db.py"), *arguments]
        return Person(command, self.machine.environment(**variables))

    def calls(self) -> list[str]:
        noted = self.folder / "calls.txt"
        return noted.read_text().splitlines() if noted.exists() else []
