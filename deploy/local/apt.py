"""Debian packages that tests need, installed when we are root and may."""

from __future__ import annotations

import os
import shutil
import subprocess

from deploy.local.console import Problem, disk_is_full, failed, say


def may_install() -> bool:
    """Tell whether we can install packages here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str, program: str) -> None:
    """Install ``package`` for the sake of ``program``. Raises Problem."""
    say(f"Installing {package} with apt-get")
    output = ""
    for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", "-q", *words],  # noqa: S607 - wherever Debian has it
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
        output += done.stdout
    if not shutil.which(program):
        if disk_is_full(output):
            raise failed("apt-get", output)
        raise Problem(f"apt-get could not install {package}; try: apt-get install {package}")
