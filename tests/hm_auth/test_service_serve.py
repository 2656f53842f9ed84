"""main.py: what it refuses to do, in one sentence, and what it serves."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hm_auth import service_tiny_django
from tests.hm_auth.service_machine import ROOT, Machine

pytest_plugins = ["tests.hm_auth.service_fixtures"]

VARIABLES = {
    "HM_SECRET_KEY": "k" * 60,
    "HM_PUBLIC_URL": "http://127.0.0.1:5099",
    "HM_DB_NAME": "x",
    "HM_DB_USER": "x",
}


@pytest.fixture(scope="module")
def project(lasting_machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny service that was set up."""
    folder = service_tiny_django.write(tmp_path_factory.mktemp("project"))
    lasting_machine.more = {"PYTHONPATH": str(ROOT)}
    variables = lasting_machine.database_variables()
    done = lasting_machine.run(str(folder / "init_db.py"), "--non-interactive", **variables)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def installed(lasting_machine: Machine, project: Path) -> Machine:
    """The machine on which the tiny service is ready to start."""
    return lasting_machine


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(
    machine: Machine, project: Path, port: int, *flags: str, **variables: str
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(project / "main.py"), "--port", str(port), *flags],
        env=machine.environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 20
        while not answers(port):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def answers(port: int) -> bool:
    try:
        get(port)
    except OSError:
        return False
    return True


def get(port: int, path: str = "/", **headers: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=5) as response:
        return str(response.read().decode())


def test_a_missing_conf_says_which_command_to_run(machine: Machine) -> None:
    done = machine.run("nexus_project/main.py")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"Run: python {ROOT}/nexus_project/init_db.py" in done.stderr


def test_manage_py_without_a_conf_is_one_sentence_too(machine: Machine) -> None:
    done = machine.run("nexus_project/manage.py", "check")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "init_db.py" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "nexus.example.com"])
def test_the_demo_is_served_to_this_machine_alone(machine: Machine, host: str) -> None:
    done = machine.run("nexus_project/main.py", "--host", host, HM_DEMO="1", **VARIABLES)
    assert done.returncode == 1
    assert "this machine alone" in done.stderr


def test_the_demo_host_cannot_come_from_the_configuration_either(machine: Machine) -> None:
    done = machine.run("nexus_project/main.py", "--dev", HM_DEMO="1", HM_HOST="::", **VARIABLES)
    assert done.returncode == 1
    assert "this machine alone" in done.stderr


@pytest.mark.parametrize("flags", [["--port", "0"], ["--threads", "none"], ["--colour"]])
def test_a_wrong_flag_is_refused(machine: Machine, flags: list[str]) -> None:
    done = machine.run("nexus_project/main.py", *flags)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_it_serves_and_logs_each_request_as_json(
    installed: Machine, project: Path, port: int
) -> None:
    with served(installed, project, port, HM_LOG_FORMAT="json") as process:
        seen = json.loads(
            get(port, "/?code=hunter2", **{"X-Forwarded-For": "203.0.113.7", "X-Request-ID": "abc"})
        )
        assert seen == {"address": "203.0.113.7", "secure": False}
        assert json.loads(get(port, **{"X-Forwarded-Proto": "https"}))["secure"] is True
        with pytest.raises(urllib.error.HTTPError):
            get(port, "/broken")
        process.terminate()
        output = process.communicate(timeout=10)[0]
        assert process.returncode == 0
    assert "hunter2" not in output
    lines = [json.loads(line) for line in output.splitlines()]
    (access,) = [line for line in lines if line["request_id"] == "abc"]
    assert (access["service"], access["path"], access["status"]) == ("tiny", "/", 200)
    assert any("RuntimeError" in line.get("exception", "") for line in lines)
    assert lines[-1]["message"] == "Tiny stopped"


def test_a_port_in_use_is_one_sentence(installed: Machine, project: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = installed.run(str(project / "main.py"), "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another: --port\n"
    )


def test_a_foreign_address_is_one_sentence(installed: Machine, project: Path) -> None:
    done = installed.run(str(project / "main.py"), "--host", "192.0.2.1")
    assert (done.returncode, done.stderr) == (1, "192.0.2.1 is not an address of this machine.\n")


def test_a_database_behind_the_code_is_not_served(
    installed: Machine, project: Path, machine: Machine
) -> None:
    done = installed.run(str(project / "main.py"), **machine.database_variables())
    assert done.returncode == 1
    assert "behind the code by 14 migrations" in done.stderr
    assert "manage.py prepare" in done.stderr


def test_missing_static_files_are_named(installed: Machine, project: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.conf").write_bytes((installed.folder / "tiny.conf").read_bytes())
    done = installed.run(str(project / "main.py"), HM_INSTANCE_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "static files are missing" in done.stderr


def test_a_failed_system_check_is_not_served(installed: Machine, project: Path) -> None:
    done = installed.run(str(project / "main.py"), TINY_IS_BROKEN="1")
    assert done.returncode == 1
    assert "staticfiles.E001" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_down_does_not_keep_the_service_down(
    installed: Machine, project: Path, port: int
) -> None:
    with served(installed, project, port, HM_DB_PORT="9"):
        assert json.loads(get(port))["address"] == "127.0.0.1"


def test_dev_serves_with_reload_and_shows_errors(
    installed: Machine, project: Path, port: int
) -> None:
    with served(installed, project, port, "--dev"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(port, "/nowhere", Accept="text/html")
        assert "DEBUG = True" in caught.value.read().decode()
        urls = project / "tiny" / "urls.py"
        before = urls.read_text()
        urls.write_text(before.replace('"address"', '"changed"'))
        deadline = time.monotonic() + 15
        while not (answers(port) and "changed" in get(port)):
            assert time.monotonic() < deadline
            time.sleep(2)
            urls.touch()  # its first look at the files may have come after what was written
        urls.write_text(before)
