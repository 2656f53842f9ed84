"""A machine that cannot hold a fresh Debian fails no run and is told of; what we broke fails it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from deploy.local import fresh_debian, suites
from deploy.local import test as testing
from deploy.local.console import Problem
from deploy.local.paths import ROOT
from deploy.local.tally import Tally


@pytest.fixture
def outcome(monkeypatch, capsys):
    """Run ``./hm test …`` where a suite counts what ``outcomes`` says, or raises it."""

    def run(*words, **outcomes):
        def pretend(name, _server, _out=None):
            if isinstance(outcomes[name], Exception):
                raise outcomes[name]
            return outcomes[name]

        monkeypatch.setattr(suites, "run", pretend)
        monkeypatch.setattr(testing, "Postgres", lambda *_a, **_k: nullcontext(_NoServer()))
        monkeypatch.setattr(testing, "SUITES", ("local", "deploy"))
        monkeypatch.setattr(testing.signal, "signal", lambda *_: None)
        monkeypatch.setattr(sys, "argv", ["test", *words])
        code = testing.main()
        return code, capsys.readouterr().out.splitlines()

    return run


class _NoServer:
    def add_extensions(self, _name):
        pass


@pytest.fixture
def able(monkeypatch):
    monkeypatch.setattr(fresh_debian, "obstacle", lambda: "")
    monkeypatch.setattr(fresh_debian, "prepare", lambda: "")


def test_what_only_the_attempt_shows_is_said_in_the_last_lines_and_fails_nothing(outcome, able):
    why = suites.CannotRun("debootstrap fails here: no mirror")
    code, lines = outcome("--all", local=Tally(passed=3), deploy=why)
    assert code == 0
    assert lines[-1] == "3 passed, 0 failed"
    assert lines[-2].startswith("deploy did not run (debootstrap fails here: no mirror)")


@pytest.mark.parametrize("missing", ["obstacle", "prepare"])
def test_what_is_seen_before_is_said_as_well(outcome, able, monkeypatch, missing):
    monkeypatch.setattr(fresh_debian, missing, lambda: "there is no debootstrap")
    code, lines = outcome("--all", local=Tally(passed=3))
    assert code == 0
    assert lines[-2].startswith("deploy did not run (there is no debootstrap)")


def test_a_failure_of_ours_fails_the_run(outcome, able):
    code, lines = outcome("--all", local=Tally(passed=3), deploy=Tally(passed=1, failed=1))
    assert code == 1
    assert lines[-1] == "4 passed, 1 failed"


def test_who_asks_for_it_by_name_is_told_that_it_cannot_run(outcome, able):
    why = suites.CannotRun("debootstrap fails here: no mirror")
    with pytest.raises(Problem, match="cannot run here: debootstrap fails here: no mirror"):
        outcome("deploy", deploy=why)


def attempt(tmp_path, **programs: str):
    """Start the real suite with ``programs`` in place of this machine's; return how it ended."""
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    told = tmp_path / "obstacle"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "tests/deploy/pytest.ini",
         "--rootdir=tests/deploy", "tests/deploy", "-q", "-x", "--no-header", "--tb=line"],
        cwd=ROOT, text=True, capture_output=True, check=False,
        env={
            **os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}",
            suites.OBSTACLE: str(told), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )  # fmt: skip
    return done, told.read_text() if told.exists() else ""


SOURCES = 'echo "http://mirror.invalid/debian $(. /etc/os-release; echo $VERSION_CODENAME) main"'
WORKS = {"apt-get": SOURCES, "mount": "exit 0", "debootstrap": "exit 0"}


def test_a_mirror_that_does_not_answer_is_the_machines_matter(tmp_path):
    programs = {**WORKS, "debootstrap": "echo 'E: Failed getting release file' >&2; exit 1"}
    done, told = attempt(tmp_path, **programs)
    assert told == "debootstrap fails here: E: Failed getting release file"
    assert done.returncode != 0
    assert "failed" not in done.stdout


def test_a_container_that_does_not_boot_is_the_machines_matter(tmp_path):
    root = "mkdir -p $4/etc/apt/apt.conf.d"
    nspawn = "echo 'Failed to mount cgroup hierarchy' >&2; exit 1"
    programs = {**WORKS, "debootstrap": root, "apt-config": "exit 0", "systemd-nspawn": nspawn}
    _done, told = attempt(tmp_path, **programs)
    assert told == "systemd-nspawn starts nothing: Failed to mount cgroup hierarchy"


def test_a_mistake_in_the_suite_itself_is_not(tmp_path):
    done, told = attempt(tmp_path, **WORKS)  # a debootstrap that makes nothing: etc/apt is missing
    assert told == ""
    assert "1 error" in done.stdout
