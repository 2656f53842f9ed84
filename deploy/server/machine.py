"""Every change to the machine goes through here, so that --dry-run can tell them all."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.console import Problem, failed, say
from deploy.server.layout import USER


class Machine:
    """The server being installed. With ``dry_run`` it is only told what would happen."""

    def __init__(self, *, dry_run: bool) -> None:
        self.dry_run = dry_run

    def run(
        self,
        what: str,
        command: Sequence[str | Path],
        *,
        user: str = "",
        environment: Mapping[str, str] | None = None,
        stdin: str | None = None,
        quiet: bool = False,
    ) -> str:
        """Run ``command``, as ``user`` instead of root if named, and return what it printed.

        Secrets go in by ``environment`` or ``stdin``, which other users cannot read; a command
        line is readable to all. ``quiet``: nothing about it is printed, for what answers secrets.
        Raises Problem with the command's last words.
        """
        words = [str(word) for word in command]
        if user:
            words = ["runuser", "-u", user, "--", *words]
        if self.dry_run:
            if not quiet:
                say(f"  would run: {' '.join(words)}")
            return ""
        done = subprocess.run(
            words, check=False, text=True, errors="replace", cwd="/", input=stdin or "",
            capture_output=True, env={**os.environ, **(environment or {})},
        )  # fmt: skip
        if done.returncode:
            raise failed(what, done.stderr if quiet else done.stdout + done.stderr)
        return done.stdout

    def write(self, path: Path, text: str, *, mode: int = 0o644, group: str = "root") -> bool:
        """Write a file of root's in one step; tell whether that changed it."""
        if path.exists() and not path.is_symlink() and path.read_text(encoding="utf-8") == text:
            return False
        if self.dry_run:
            say(f"  would write: {path}")
            return True
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchown(file.fileno(), 0, grp.getgrnam(group).gr_gid)
            os.fchmod(file.fileno(), mode)
        temporary.replace(path)
        return True

    def folder(
        self, path: Path, *, mode: int = 0o755, owner: str = "root", group: str = ""
    ) -> None:
        """Make a folder, or correct whose it is and who may enter."""
        if self.dry_run:
            if not path.exists():
                say(f"  would make: {path}/")
            return
        path.mkdir(parents=True, exist_ok=True)
        group_id = grp.getgrnam(group or owner).gr_gid
        os.chown(path, pwd.getpwnam(owner).pw_uid, group_id)
        path.chmod(mode)

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder with all that is in it."""
        if self.dry_run:
            say(f"  would remove: {path}")
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def link(self, path: Path, target: Path) -> None:
        """Let the link ``path`` point at ``target``; there is no moment without it."""
        if self.dry_run:
            say(f"  would link: {path} -> {target}")
            return
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(path)

    def add_user(self) -> None:
        """Make the system account the services run as, unless there is one."""
        try:
            pwd.getpwnam(USER)
        except KeyError:
            command = ["useradd", "--system", "--user-group", "--no-create-home"]
            command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", USER]
            self.run(f"Making the user {USER}", command)


def require_root() -> None:
    """Raise Problem unless we are root."""
    if os.geteuid() != 0:
        raise Problem("Run this as root: sudo deploy/install.sh")
