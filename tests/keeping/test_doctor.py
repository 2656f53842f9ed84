"""hm doctor: finds what is broken, says what to do, and is quiet about the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deploy.keeping import machine, places, reaching
from deploy.local.services import BY_NAME
from hm_auth.service.findings import Level
from tests.keeping.conftest import hm

TIMERS = ["send-digests", "send-expiry-reminders", "read-attachments", "clean-attachments"]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def examined(installation, *more: str) -> tuple[int, dict[tuple[str, str], dict]]:
    done = hm("doctor", "--json", "--instance", installation.folder, *more,
              HM_DB_PORT=installation.port, HM_DEMO="1")  # fmt: skip
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {(line["where"], line["subject"]): line for line in lines}


def test_a_running_installation_without_a_backup(installation):
    code, found = examined(installation)
    assert code == 2
    assert [key for key, line in found.items() if line["level"] == "fail"] == [
        ("machine", "backup")
    ]
    assert found["machine", "backup"]["advice"].startswith("Run: hm backup")
    for title in ("Nexus", "Treasury", "Archive"):
        assert found[title, "service"]["text"].endswith("is ready")
        assert found[title, "migrations"]["text"] == "all applied"
        assert found[title, "database"]["level"] == "ok"
        assert found[title, "certificate"]["level"] == "warn"
        assert found[title, "settings"]["level"] == "ok"
        assert "printed to the log" in found[title, "mail"]["text"]
    for title in ("Treasury", "Archive"):
        assert found[title, "Nexus"]["level"] == found[title, "clock"]["level"] == "ok"
        assert found[title, "tasks"]["level"] == "ok"
    assert "signs, 0 days old, 1 published" in found["Nexus", "signing keys"]["text"]


def test_what_is_broken_is_said_with_what_to_do(installation):
    kept = {path: path.read_text() for path in installation.folder.glob("*.conf")}
    archive, nexus = (installation.folder / f"{name}.conf" for name in ("archive", "nexus"))
    installation.stack.stop("nexus")
    archive.write_text(kept[archive] + "NO_SUCH=1\n")
    nexus.write_text(kept[nexus] + "EMAIL_URL=smtp://127.0.0.1:9\n")
    newest = "id = (SELECT max(id) FROM django_migrations)"
    with installation.cursor("treasury") as cursor:
        cursor.execute(f"SELECT name FROM django_migrations WHERE {newest}")
        (name,) = cursor.fetchone()
        cursor.execute(f"UPDATE django_migrations SET name = '0099_tomorrow' WHERE {newest}")
    with installation.cursor("nexus") as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('signins', '0099_tomorrow', now())"
        )
    try:
        code, found = examined(installation)
    finally:
        for path, text in kept.items():
            path.write_text(text)
        with installation.cursor("treasury") as cursor:
            cursor.execute(
                "UPDATE django_migrations SET name = %s WHERE name = '0099_tomorrow'", [name]
            )
        with installation.cursor("nexus") as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '0099_tomorrow'")
        installation.stack.start("nexus")
    assert code == 2
    assert found["Nexus", "service"]["level"] == "fail"
    assert "main.py" in found["Nexus", "service"]["advice"]
    assert (
        "newer release than the code (signins 0099_tomorrow)"
        in (found["Nexus", "migrations"]["text"])
    )
    assert "does not take mail" in found["Nexus", "mail"]["text"]
    assert "cannot be reached" in found["Treasury", "Nexus"]["text"]
    assert found["Treasury", "migrations"]["text"] == "1 are not applied"
    assert "unknown setting NO_SUCH" in found["Archive", "configuration"]["text"]


def test_without_any_configuration_it_says_so(tmp_path):
    done = hm("doctor", "--instance", tmp_path)
    assert done.returncode == 2
    assert "There is no configuration of a service" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 ok, 0 warnings, 1 broken"


@pytest.mark.parametrize(("hours", "level"), [(0, "OK"), (25, "OK"), (30, "WARN"), (80, "FAIL")])
def test_a_backup_grows_old(tmp_path, hours, level):
    folder = tmp_path / "backups"
    folder.mkdir()
    made = NOW - timedelta(hours=hours)
    for moment in (made, made - timedelta(days=9)):
        (folder / f"hivematrix-{moment:%Y%m%dT%H%M%SZ}.tar").write_bytes(b"x")
    assert machine.last_backup(places.Instance(tmp_path), now=NOW).level is Level[level]


@pytest.mark.parametrize(
    ("off", "level"), [(0.4, "OK"), (-2.4, "OK"), (4, "WARN"), (-7, "FAIL"), (7200, "FAIL")]
)
def test_clocks_differ(off, level):
    assert reaching.clock(off).level is Level[level]


@pytest.mark.parametrize(("days", "level"), [(60, "OK"), (9, "WARN"), (2, "FAIL"), (-3, "FAIL")])
def test_a_certificate_runs_out(days, level):
    assert reaching.expiry("nexus.example.org", days).level is Level[level]


def test_a_certificate_nobody_shows_is_named():
    config = {"PUBLIC_URL": "https://127.0.0.1:9"}
    (finding,) = reaching.certificate(config)
    assert (finding.level, finding.text) == (Level.FAIL, "of 127.0.0.1: Connection refused")


@pytest.mark.parametrize(
    ("answer", "levels"),
    [
        ("active active active active active", ["OK"]),
        ("active inactive active active failed", ["FAIL", "FAIL"]),
        ("", ["FAIL"] * 5),
    ],
)
def test_a_timer_or_worker_that_does_not_run_is_named(tmp_path, monkeypatch, answer, levels):
    asked = tmp_path / "asked"
    script = tmp_path / "systemctl"
    script.write_text(f'#!/bin/sh\necho "$@" > {asked}\necho {answer}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(machine, "SYSTEMD", tmp_path)
    archive = BY_NAME["archive"]
    timers = [timer for timer in archive.timers if timer.name in TIMERS]
    found = list(machine.units(replace(archive, timers=timers)))
    assert [finding.level.name for finding in found] == levels
    assert asked.read_text().split()[1:] == [
        *(f"hivematrix-archive-{name}.timer" for name in TIMERS),
        "hivematrix-archive-worker.service",
    ]
    if levels == ["FAIL", "FAIL"]:
        assert found[1].text == "hivematrix-archive-worker.service is failed"
        assert found[1].advice == "systemctl enable --now hivematrix-archive-worker.service"
