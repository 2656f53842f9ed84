"""The browser of the system tests: Debian's Chromium, or one that is there already."""

from __future__ import annotations

import shutil

from deploy.local import apt
from deploy.local.console import Problem

NAMES = ("chromium", "chromium-browser", "google-chrome")


def ensure() -> None:
    """Install Chromium when it is missing and may be installed. Raises Problem otherwise."""
    if any(shutil.which(name) for name in NAMES):
        return
    if not apt.may_install():
        raise Problem(
            "The browser tests need Chromium: install it (sudo apt-get install chromium) and run "
            "./hm test again, or name the suites to run without it: ./hm test hm_auth nexus"
        )
    apt.install("chromium", "chromium")
