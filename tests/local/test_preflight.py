"""What stops a demo before it starts: one sentence each, and nothing changed."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from deploy.local import leftovers, ports, preflight
from deploy.local.paths import ROOT
from deploy.local.services import NEXUS, SERVICES


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_somebody_listens_on_is_not_free(taken):
    assert not ports.is_free(taken)


def test_a_port_taken_on_all_addresses_is_not_free():
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


def test_the_preferred_port_is_kept_while_it_is_free(taken):
    free = ports.free_port()
    assert ports.free_port(free) == free
    assert ports.free_port(taken) != taken


def test_free_ports_are_different_and_free():
    found = ports.free_ports(5)
    assert len(set(found)) == 5
    assert all(ports.is_free(port) for port in found)


def test_a_used_port_is_named_with_the_service_that_needs_it(monkeypatch, taken):
    monkeypatch.setattr(preflight, "SERVICES", (replace(NEXUS, port=taken),))
    assert f"Port {taken}, which Nexus needs, is used" in preflight.used_port()


def test_a_second_demo_is_refused_before_the_ports_are_looked_at(monkeypatch, tmp_path):
    monkeypatch.setattr(preflight, "VAR", tmp_path)
    monkeypatch.setattr(preflight, "DEMO_LOCK", tmp_path / "demo.lock")
    with (tmp_path / "demo.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert preflight.problem() == preflight.RUNNING


def test_a_service_left_over_from_a_killed_demo_is_stopped(tmp_path):
    script = str(NEXUS.directory / "main.py")
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", script])
    leftovers.pid_file(tmp_path, NEXUS.name).write_text(str(left.pid))
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    leftovers.pid_file(tmp_path, SERVICES[1].name).write_text(str(stranger.pid))
    try:
        leftovers.stop(tmp_path)
        assert left.wait(1) != 0
        assert stranger.poll() is None, "a process that is not ours was stopped"
    finally:
        stranger.kill()
        stranger.wait()


def test_every_project_is_found_nexus_first_and_each_has_a_port_of_its_own():
    names = [service.name for service in SERVICES]
    assert names[0] == "nexus"
    assert {"treasury", "archive"} < set(names)
    assert [service.directory.name for service in SERVICES] == [f"{name}_project" for name in names]
    assert len({service.port for service in SERVICES}) == len(SERVICES)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_timer_runs_a_command_that_there_is(service):
    folders = [ROOT / "hm_auth", service.directory]
    commands = {
        path.stem for folder in folders for path in folder.glob("**/management/commands/*.py")
    }
    assert {timer.command for timer in service.timers} <= commands


def test_what_the_launcher_reads_needs_nothing_installed():
    code = "from deploy.local.services import SERVICES; print(len(SERVICES))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, text=True, capture_output=True, check=True
    )
    assert done.stdout.strip() == str(len(SERVICES))
