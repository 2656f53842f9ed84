"""The part of Nexus's init_db.py that creates the first administrator."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from hm_auth.service.description import Service
from hm_auth.service.terminal import SetupError, Terminal


def create_admin(
    service: Service, terminal: Terminal, arguments: argparse.Namespace, *, first_time: bool
) -> None:
    """Create an administrator when flags name one or the person at the terminal wants one.

    Nexus's own command checks the values; when it refuses them they are asked again.
    Raises SetupError.
    """
    username, email = arguments.admin_username, arguments.admin_email
    named = bool(username)
    if not named and not terminal.confirm("Create an administrator?", default=first_time):
        return
    password = os.environ.get("HM_ADMIN_PASSWORD")
    if not terminal.interactive and not (email and password):
        raise SetupError("--admin-username also needs --admin-email and HM_ADMIN_PASSWORD.", code=2)
    while True:
        username = username or terminal.ask("Username", "admin")
        email = email or terminal.ask("E-mail address", "", _needed)
        name = arguments.admin_name or (
            terminal.interactive and terminal.ask("Full name", username)
        )
        password = password or _new_password(terminal)
        if _run(service, username, email, name or username, password):
            return
        if not terminal.confirm("Try again?", default=True):
            raise SetupError("No administrator was created.")
        username = email = password = None


def _needed(answer: str) -> None:
    if not answer:
        raise ValueError("is needed")


def _new_password(terminal: Terminal) -> str:
    while True:
        password = terminal.ask_secret("Password (not shown)")
        if password == terminal.ask_secret("Password again"):
            return password
        print("  The two are not the same.")


def _run(service: Service, username: str, email: str, name: str, password: str) -> bool:
    command = [sys.executable, str(service.directory / "manage.py"), "create_admin"]
    command += [f"--username={username}", f"--email={email}", f"--name={name}"]
    sys.stdout.flush()
    environment = {**os.environ, "HM_ADMIN_PASSWORD": password}
    return subprocess.run(command, env=environment, check=False).returncode == 0
