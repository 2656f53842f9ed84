"""A copy of this repository, with a module that ``./hm new-module`` has just written into it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.paths import ROOT

MADE_BY_TOOLS = (".*", "var", "build", "dist", "instance", "__pycache__", "*.egg-info")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "hivematrix"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*MADE_BY_TOOLS))
    return folder


@pytest.fixture(scope="session")
def run(clone: Path) -> Run:
    """Run Python in the copy: ``run("-m", "deploy.local.new_module", "newcomer")``."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(clone)}
        return subprocess.run(
            [sys.executable, *arguments], cwd=clone, env=environment, text=True,
            capture_output=True, check=False,
        )  # fmt: skip

    return call


@pytest.fixture(scope="session")
def newcomer(clone: Path, run: Run) -> Path:
    """The project folder of the new module in the copy."""
    done = run("-m", "deploy.local.new_module", "newcomer", "--title", "New comer")
    assert done.returncode == 0, done.stderr
    return clone / "newcomer_project"
