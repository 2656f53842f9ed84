"""Whether this machine can hold a fresh Debian in a folder, for the suite that installs on one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from deploy.local import apt
from deploy.local.console import Problem

# The program, and the Debian package that has it.
TOOLS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container"}
# With mounts of its own, so that what a killed run has mounted goes with it.
SEPARATE = ["unshare", "--mount", "--propagation=private"]


def obstacle() -> str:
    """Return what stands in the way of it, in a few words; nothing when nothing is seen to.

    What only an attempt can show (a mirror, a boot) the suite itself tries before its tests.
    """
    if os.geteuid() != 0:
        return "it needs root"
    if not shutil.which("apt-get") or not Path("/sys/fs/cgroup").is_dir():
        return "it needs Debian or Ubuntu"
    separate = [*SEPARATE, "--pid", "--net", "--fork", "mount", "-t", "tmpfs", "test", "/mnt"]
    if subprocess.run(separate, capture_output=True, check=False).returncode:
        return "this machine lets nobody start a container"
    return ""


def prepare() -> str:
    """Install the tools that are missing; return what stands in the way, as ``obstacle`` does."""
    try:
        for program, package in TOOLS.items():
            if not shutil.which(program):
                apt.install(package, program)
    except Problem as problem:
        return str(problem)
    return ""
