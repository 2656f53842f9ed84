"""All services together: what ``./hm demo`` starts and what ``tests/system`` tests.

``with Stack(demo=True) as stack:`` gives three running services with their own databases on free
ports; ``stack.urls["nexus"]`` is where one is found.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import leftovers
from deploy.local.databases import Server
from deploy.local.installation import Installation
from deploy.local.ports import free_ports
from deploy.local.postgres import Postgres
from deploy.local.process import Listener, Process
from deploy.local.services import BY_NAME, SERVICES, Service

WORKER = ("manage.py", "work")


class Stack:
    """The running services.

    Without ``folder`` everything is made anew in a temporary folder and removed at the end.
    ``server`` is the PostgreSQL to use; without it the one of ``./hm test``, or a throwaway one.
    ``report`` hears a line per step, ``listener`` each line a service prints.
    """

    def __init__(
        self,
        *,
        demo: bool = False,
        folder: Path | None = None,
        server: Server | None = None,
        ports: Mapping[str, int] | None = None,
        report: Callable[[str], None] = lambda _line: None,
        listener: Callable[[Service], Listener] | None = None,
    ) -> None:
        self._demo = demo
        self._folder = folder
        self._server = server
        self._ports = dict(ports or {})
        self._report = report
        self._listener = listener
        self._processes: dict[str, Process] = {}
        self._cleanup = ExitStack()
        self.urls: dict[str, str] = {}

    def __enter__(self) -> Stack:
        with ExitStack() as cleanup:
            folder = self._folder or self._temporary_folder(cleanup)
            ports = self._ports or dict(zip(BY_NAME, free_ports(len(BY_NAME)), strict=True))
            self.urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
            server = self._server or self._find_server(folder, cleanup)
            self._installation = Installation(
                folder,
                server=server,
                urls=self.urls,
                demo=self._demo,
                suffix="" if self._folder else f"_{secrets.token_hex(4)}",
                report=self._report,
            )
            if not self._folder:
                cleanup.callback(self._installation.drop_databases)
            self._installation.prepare()
            cleanup.callback(self.stop_all)
            self.start_all()
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._cleanup.close()

    def start_all(self) -> None:
        """Start every service, then wait until each is ready."""
        for service in SERVICES:
            self._launch(service, {})
        for service in SERVICES:
            self._wait(service)
        for service in SERVICES:
            self._launch_worker(service, {})

    def start(self, name: str, **environment: str) -> None:
        """Start one service, ``environment`` added to its own; returns when it is ready."""
        self._launch(BY_NAME[name], environment)
        self._wait(BY_NAME[name])
        self._launch_worker(BY_NAME[name], environment)

    def start_copy(self, name: str, host: str, **environment: str) -> str:
        """Start one more process of a service on another address of this machine.

        It has the settings and the port of the first. Return where it answers.
        """
        service, port = BY_NAME[name], urlsplit(self.urls[name]).port
        copy, title = f"{name}@{host}", f"{service.title} on {host}"
        self._run(service, copy, title, ["main.py"], {**environment, "HM_HOST": host})
        url = f"http://{host}:{port}"
        self._processes[copy].wait_ready(f"{url}/readyz")
        return url

    def kill(self, name: str) -> None:
        """End a service at once (SIGKILL), as a power cut would; its worker goes on."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.stop()

    def stop(self, name: str) -> None:
        """Stop one service with its worker; nothing happens when it does not run."""
        for each in (leftovers.worker_of(BY_NAME[name]), name):
            if process := self._processes.pop(each, None):
                process.stop()
                leftovers.pid_file(self._installation.folder, each).unlink(missing_ok=True)

    def stop_all(self) -> None:
        """Stop every service, all at once."""
        for process in self._processes.values():
            process.ask_to_stop()
        for service in SERVICES:
            self.stop(service.name)
        for copy in list(self._processes):
            self._processes.pop(copy).stop()

    def dead(self) -> Process | None:
        """Return a service that ended by itself, if there is one."""
        return next((each for each in self._processes.values() if not each.is_alive), None)

    def env(self, name: str) -> dict[str, str]:
        """Return the environment in which ``name`` runs, for a ``manage.py`` of one's own."""
        return self._installation.environment(BY_NAME[name])

    def manage(self, name: str, *arguments: str) -> str:
        """Run a management command of a service and return what it printed. Raises Problem."""
        return self._installation.manage(BY_NAME[name], *arguments)

    def register(self, name: str) -> None:
        """Register a module once more, as setting up anew does. Raises Problem."""
        self._installation.register(BY_NAME[name])

    def log(self, name: str) -> str:
        """Return all a service has printed since this stack was started."""
        return self._log_path(name).read_text(encoding="utf-8", errors="replace")

    def _log_path(self, name: str) -> Path:
        return self._installation.folder / f"{name}.log"

    def _launch(self, service: Service, environment: Mapping[str, str]) -> None:
        self._run(service, service.name, service.title, ["main.py"], environment)

    def _launch_worker(self, service: Service, environment: Mapping[str, str]) -> None:
        if service.has_worker and leftovers.worker_of(service) not in self._processes:
            name, title = leftovers.worker_of(service), f"{service.title}'s worker"
            self._log_path(name).touch()
            self._run(service, name, title, WORKER, environment)

    def _run(
        self,
        service: Service,
        name: str,
        title: str,
        script: Sequence[str],
        environment: Mapping[str, str],
    ) -> None:
        if name in self._processes:
            raise RuntimeError(f"{title} runs already.")
        process = Process(
            title,
            self._installation.command(service, *script),
            environment={**self._installation.environment(service), **environment},
            log=self._log_path(name),
            listener=self._listener(service) if self._listener else None,
        )
        self._processes[name] = process
        leftovers.pid_file(self._installation.folder, name).write_text(str(process.pid))

    def _wait(self, service: Service) -> None:
        self._processes[service.name].wait_ready(f"{self.urls[service.name]}/readyz")
        self._report(f"{service.title} answers at {self.urls[service.name]}")

    @staticmethod
    def _temporary_folder(cleanup: ExitStack) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="hm-stack-"))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    @staticmethod
    def _find_server(folder: Path, cleanup: ExitStack) -> Server:
        if server := Server.from_environment():
            return server
        folder.chmod(0o755)  # PostgreSQL may run as another user
        return cleanup.enter_context(Postgres(folder / "postgres", throwaway=True))
