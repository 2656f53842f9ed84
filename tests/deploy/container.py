"""A fresh Debian with its own systemd and its own network: the server that the tests install.

It is made by debootstrap from where this machine's own apt fetches, and booted by systemd-nspawn
without any network but its loopback, so that no port of this machine is touched. Everything it will
download is laid into it beforehand.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NETWORK = 0x40000000  # CLONE_NEWNET of setns(2)
_PATIENCE = 900  # seconds, for a mirror that is slow
_BASE = "systemd,systemd-sysv,dbus,ca-certificates"


class Unable(Exception):
    """This machine cannot hold such a server; the message says why. No code of ours was tried."""


class Container:
    """One such server in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self._log = folder / "container.log"
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._init = 0
        self._binds: tuple[str, ...] = ()

    def make(self) -> None:
        """Fetch a minimal Debian of this machine's own release. Raises Unable."""
        mirror, suite, lines = _sources()
        self.root.mkdir(parents=True)
        _try("mount", "-t", "tmpfs", "-o", "size=4G,mode=755", "hivematrix-test", self.root)
        _try("debootstrap", "--variant=minbase", f"--include={_BASE}", suite, self.root, mirror)
        apt = self.root / "etc/apt"
        (apt / "sources.list").write_text(lines)
        settings = _run("apt-config", "dump", "Acquire")
        (apt / "apt.conf.d/50this-machine").write_text(settings)
        # As Debian's installer writes it; debootstrap leaves it out.
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost\n")

    def chroot(self, *command: str) -> str:
        """Run a command in the files of the server with the network of this machine."""
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        return _run("chroot", self.root, "env", "-i", "PATH=/usr/sbin:/usr/bin", *command)

    def boot(self, *binds: str) -> None:
        """Start its systemd, with folders of this machine to read (``/here:/there``).

        Raises Unable: what boots is Debian's own.
        """
        # Were this process killed, the server would stay on.
        command = [
            "setpriv",
            "--pdeathsig=TERM",
            "systemd-nspawn",
            "--quiet",
            "--boot",
            f"--directory={self.root}",
        ]
        command += ["--private-network", "--register=no", "--link-journal=no", "--console=pipe"]
        if not Path("/run/systemd/system").exists():
            command.append("--keep-unit")
        command += [f"--bind-ro={bind}" for bind in binds]
        self._binds = binds
        with self._log.open("ab") as log:
            self._nspawn = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self._init = self._wait_for_init()
        deadline = time.monotonic() + 60
        while self.run("systemctl", "is-system-running", check=False).strip() not in {
            "running",
            "degraded",
        }:
            if time.monotonic() > deadline:
                raise Unable(f"a fresh Debian does not boot in a container: {self._last_words()}")
            time.sleep(0.2)

    def run(self, *command: str, check: bool = True, stdin: str = "", **environment: str) -> str:
        """Run a command on the running server as root and return all it printed."""
        entered = ["nsenter", f"--target={self._init}", "--mount", "--uts", "--ipc", "--net"]
        entered += ["--pid", "--root", "env", "-i", "--chdir=/", "HOME=/root", "LANG=C.UTF-8"]
        entered += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        entered += [f"{key}={value}" for key, value in environment.items()]
        return _run(*entered, *command, check=check, stdin=stdin)

    @contextmanager
    def network(self) -> Iterator[None]:
        """Let this thread open connections on the server's own network."""
        libc = ctypes.CDLL(None, use_errno=True)
        ours = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        theirs = os.open(f"/proc/{self._init}/ns/net", os.O_RDONLY)
        try:
            if libc.setns(theirs, _NETWORK):
                raise OSError(ctypes.get_errno(), "setns")
            yield
        finally:
            libc.setns(ours, _NETWORK)
            os.close(theirs)
            os.close(ours)

    def restart(self) -> None:
        """Switch it off in good order, and on again."""
        self._shut_down()
        self.boot(*self._binds)

    def stop(self) -> None:
        """End it with every process on it, and remove its files."""
        self._shut_down()
        if self.root.is_mount():
            _run("umount", "--lazy", self.root)

    def _shut_down(self) -> None:
        if self._nspawn and self._nspawn.poll() is None:
            self._nspawn.send_signal(signal.SIGTERM)  # an orderly shutdown
            try:
                self._nspawn.wait(30)
            except subprocess.TimeoutExpired:
                os.kill(self._init, signal.SIGKILL)
                self._nspawn.wait(30)

    def _wait_for_init(self) -> int:
        """Return the id here of the process that has the id 1 there."""
        assert self._nspawn is not None
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._nspawn.poll() is None:
            for pid in _descendants(self._nspawn.pid):
                status = Path(f"/proc/{pid}/status").read_text()
                if "NSpid:\t" in status and status.split("NSpid:\t")[1].split("\n")[0].endswith(
                    "\t1"
                ):
                    return pid
            time.sleep(0.1)
        raise Unable(f"systemd-nspawn starts nothing: {self._last_words()}")

    def _last_words(self) -> str:
        return _last_line(self._log.read_text(errors="replace"))


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield int(child)
        yield from _descendants(int(child))


def _sources() -> tuple[str, str, str]:
    """Return mirror, suite and sources.list of this machine's own Debian, as its apt is set up."""
    release = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text().splitlines()
        if "=" in line
    )
    codename = release["VERSION_CODENAME"].strip('"')
    # As it is configured, whether or not its lists were fetched: images come without.
    form = ["--no-release-info", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"]
    listed = _run("apt-get", "indextargets", *form)
    found = dict.fromkeys(
        tuple(line.split()) for line in listed.splitlines() if line.split()[1].startswith(codename)
    )
    mirror = next((uri for uri, suite, _component in found if suite == codename), "")
    if not mirror:
        raise Unable(f"apt knows no mirror of {codename}")
    return mirror, codename, "".join(f"deb {u} {s} {c}\n" for u, s, c in found)


def download_packages(folder: Path, locks: list[Path]) -> None:
    """Fetch what the locks name to ``folder``, from where this machine's own pip fetches."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--disable-pip-version-check", "--dest", str(folder)]
    _run(*command, *(word for lock in locks for word in ("-r", str(lock))))


def _try(*command: str | Path) -> None:
    """Run what only this machine can be blamed for. Raises Unable with its last line."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, check=False, text=True, errors="replace", timeout=_PATIENCE,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unable(f"{words[0]} takes more than {_PATIENCE // 60} minutes") from None
    if done.returncode:
        raise Unable(f"{words[0]} fails here: {_last_line(done.stdout)}")


def _last_line(output: str) -> str:
    """Return the last line a person can read of what a program wrote to a terminal."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return lines[-1] if lines else "without a word"


def _run(*command: str | Path, check: bool = True, stdin: str = "") -> str:
    done = subprocess.run(
        [str(word) for word in command], check=False, text=True, errors="replace", input=stdin,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if check and done.returncode:
        raise AssertionError(f"{command[-3:]} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout
