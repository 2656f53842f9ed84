"""hm itself: which Python it takes for these commands, and where relative names lead."""

from __future__ import annotations

import shutil
import subprocess
import sys

from deploy.local.paths import ROOT


def test_an_installed_release_runs_in_the_venv_of_a_service(tmp_path):
    """And makes none of its own; Nexus's comes first. The caller stays where it stands."""
    release, elsewhere = tmp_path / "release", tmp_path / "elsewhere"
    release.mkdir()
    elsewhere.mkdir()
    shutil.copy(ROOT / "hm", release)
    for name in ("archive", "nexus"):
        python = release / f"venv/{name}/bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/sh\necho {name} "$PWD" "$PYTHONPATH" "$@"\n')
        python.chmod(0o755)
    done = subprocess.run(
        [sys.executable, str(release / "hm"), "restore", "here.tar", "--dry-run"],
        cwd=elsewhere, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.split() == [
        "nexus", str(elsewhere), str(release), "-P", "-m", "deploy.keeping.restore", "here.tar",
        "--dry-run",
    ]  # fmt: skip
    assert not (release / ".venv").exists()


def test_help_names_the_commands():
    done = subprocess.run(
        [sys.executable, str(ROOT / "hm"), "--help"], capture_output=True, text=True, check=False
    )
    for command in ("backup", "restore", "doctor"):
        assert f"./hm {command}" in done.stdout
