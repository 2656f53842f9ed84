"""Whether this machine can hold a fresh Debian in a folder, for the suite that installs on one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from deploy.local import apt

# The program, and the Debian package that has it.
TOOLS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container"}


def obstacle() -> str:
    """Return what stands in the way of it, in a few words; nothing when nothing does."""
    if os.geteuid() != 0:
        return "it needs root"
    if not shutil.which("apt-get") or not Path("/sys/fs/cgroup").is_dir():
        return "it needs Debian or Ubuntu"
    separate = ["unshare", "--mount", "--pid", "--net", "--fork", "true"]
    if subprocess.run(separate, capture_output=True, check=False).returncode:
        return "this machine lets nobody start a container"
    return ""


def ensure() -> None:
    """Install the tools that are missing. Raises Problem."""
    for program, package in TOOLS.items():
        if not shutil.which(program):
            apt.install(package, program)
