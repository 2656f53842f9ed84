"""What the installation on a server writes and says; tests/deploy runs it on one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.console import Problem
from deploy.local.paths import ROOT
from deploy.local.services import SERVICES
from deploy.server import activation, caddy, databases, units
from deploy.server.configuration import Site
from deploy.server.machine import Machine

EXAMPLE = Site("your-client-domain.com", "you@your-client-domain.com")


DECIDED = ("--domain", "msp.example.com", "--email", "me@msp.example.com")


def default(service, key):
    return str(service.port) if key == "PORT" else activation.setting(service, key)


def plan(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "deploy/install.sh", "--dry-run", "--yes", *arguments],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )  # fmt: skip


def test_the_caddyfile_at_the_root_is_what_a_server_gets():
    written = caddy.render(SERVICES, EXAMPLE, default)
    assert (ROOT / "Caddyfile").read_text(encoding="utf-8") == written


def test_caddy_accepts_it(tmp_path):
    file = tmp_path / "Caddyfile"
    shutil.copy(ROOT / "Caddyfile", file)
    caddy_of_tests = Path(sys.executable).parent / "caddy"
    command = [caddy_of_tests, "validate", "--config", file, "--adapter", "caddyfile"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert "Valid configuration" in done.stdout + done.stderr, done.stderr
    assert "not formatted" not in done.stderr, "run: caddy fmt"


def test_every_process_and_timer_of_every_service_has_its_unit():
    names = set(units.render(SERVICES, with_backup=True))
    for service in SERVICES:
        assert f"hivematrix-{service.name}.service" in names
        assert (f"hivematrix-{service.name}-worker.service" in names) == service.has_worker
        for timer in service.timers:
            assert f"hivematrix-{service.name}-{timer.name}.timer" in names
    assert {"hivematrix-backup.service", "hivematrix-backup.timer"} <= names


def test_no_service_can_write_to_the_code_or_read_the_settings_of_another():
    rendered = units.render(SERVICES, with_backup=True)
    for name, text in rendered.items():
        if not name.endswith(".service"):
            continue
        assert "ProtectSystem=strict" in text
        assert "User=hivematrix" in text
        writable = re.findall(r"^ReadWritePaths=(.*)$", text, re.MULTILINE)
        assert all(path.startswith(("/var/lib/", "/var/backups/")) for path in writable), name
        assert re.findall(
            r"^BindReadOnlyPaths=/etc/hivematrix/(.*)\.conf$", text, re.MULTILINE
        ) == ([] if "backup" in name else [name.split("-")[1].removesuffix(".service")])


def test_a_dry_run_says_what_it_would_do_and_changes_nothing():
    done = plan("--domain", "msp.example.com", "--email", "me@msp.example.com")
    assert done.returncode == 0, done.stderr
    for each in ("caddy validate", "hivematrix-treasury-run-billing.timer", "init_db.py", "psql"):
        assert each in done.stdout
    assert done.stdout.endswith("Nothing was changed.\n")
    assert not Path("/opt/hivematrix").exists()


def test_its_plan_shows_no_secret():
    done = plan("--domain", "msp.example.com", "--email", "me@msp.example.com")
    assert "HM_MODULE_SECRET=" not in done.stdout
    long_words = re.findall(r"[A-Za-z0-9_-]{40,}", done.stdout.replace(str(ROOT), ""))
    assert all(word == word.lower() for word in long_words)  # random ones have capital letters


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--email", "me@msp.example.com"], "--domain"),
        (["--domain", "localhost", "--email", "me@msp.example.com"], "localhost is no domain"),
        (["--domain", "msp.example.com"], "--email"),
        (["--domain", "msp.example.com", "--email", "me"], "me is no e-mail address"),
        (["--domain", "10.0.0.55", "--email", "me@msp.example.com"], "10.0.0.55 is no domain"),
        (["--time-zone", "Mars/Base", *DECIDED], "Mars/Base is no time zone"),
        (["--dry", *DECIDED], "Unrecognized arguments: --dry"),
        (["--tls", "none", *DECIDED], "--tls"),
    ],
)
def test_what_it_was_not_told_is_one_sentence(arguments, words):
    done = plan(*arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "would" not in done.stdout, "it is said before anything is done"


def test_only_root_installs():
    if os.geteuid() != 0:
        done = subprocess.run([ROOT / "deploy/install.sh"], capture_output=True, check=False)
    else:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        copy = (ROOT / "deploy/install.sh").read_bytes()  # nobody may not enter every clone
        done = subprocess.run(
            [*command, "bash", "-s"], input=copy, capture_output=True, check=False, cwd="/"
        )
    assert done.returncode == 1
    assert b"Run this as root" in done.stderr


def test_a_postgresql_that_does_not_start_says_why_in_its_own_words(tmp_path, monkeypatch):
    for name, script in {
        "pg_lsclusters": "echo 15 main 5432 down postgres /var/lib /var/log",
        "pg_ctlcluster": "echo 'Job for postgresql@15-main.service failed' >&2; exit 1",
        "journalctl": 'echo "$@: could not create any TCP/IP sockets"',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(Problem, match=r"postgresql@15-main: could not create any TCP/IP sockets"):
        databases.cluster_port(Machine(dry_run=False))
