"""The browser of the system tests: Debian's Chromium, or one that is there already."""

from __future__ import annotations

import os
import shutil
import subprocess

from deploy.local.console import Problem, disk_is_full, failed, say

NAMES = ("chromium", "chromium-browser", "google-chrome")


def ensure() -> None:
    """Install Chromium when it is missing and may be installed. Raises Problem otherwise."""
    if any(shutil.which(name) for name in NAMES):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Problem(
            "The browser tests need Chromium: install it (sudo apt-get install chromium) and run "
            "./hm test again, or name the suites to run without it: ./hm test hm_auth nexus"
        )
    say("Installing Chromium with apt-get")
    output = ""
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-q", *words],  # noqa: S607 - wherever Debian has it
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
        output += done.stdout
    if not shutil.which("chromium"):
        if disk_is_full(output):
            raise failed("apt-get", output)
        raise Problem("apt-get could not install Chromium; try: apt-get install chromium")
