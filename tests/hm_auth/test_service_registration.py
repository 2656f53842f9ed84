"""A module introduces itself to Nexus once, as an administrator, and keeps its secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hm_auth.service import conf_file
from tests.hm_auth.service_machine import Machine, TinyProject

pytest_plugins = ["tests.hm_auth.service_fixtures"]


class Nexus(ThreadingHTTPServer):
    """The three endpoints of Nexus that set-up talks to."""

    modules: dict[str, dict[str, Any]]
    redirect = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, path: str, body: dict[str, Any], bearer: str) -> tuple[int, dict[str, Any]]:
        if path == "/api/token/":
            if body == {"username": "admin", "password": "right"}:
                return 200, {"access": "the-token", "refresh": "x", "expires_in": 600}
            return 401, {"code": "invalid_credentials", "detail": "Wrong."}
        if bearer != "Bearer the-token":
            return 401, {"code": "invalid_token"}
        if path == "/api/modules/":
            if body["client_id"] in self.modules:
                return 409, {"code": "module_exists", "detail": "It exists."}
            self.modules[body["client_id"]] = body
            return 201, {**body, "client_secret": "first-secret"}
        return 200, {"client_secret": "second-secret"}


class _Handler(BaseHTTPRequestHandler):
    server: Nexus

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        bearer = self.headers.get("Authorization", "")
        if self.server.redirect:
            self.send_response(307)
            self.send_header("Location", self.server.redirect + self.path)
            self.end_headers()
            return
        status, answer = self.server.answer(self.path, body, bearer)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def nexus() -> Iterator[Nexus]:
    server = Nexus(("127.0.0.1", 0), _Handler)
    server.modules = {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tiny(machine: Machine, tmp_path: Path, nexus: Nexus) -> TinyProject:
    machine.more = machine.database_variables() | {
        "HM_NEXUS_URL": nexus.url,
        "HM_PORT": "5099",
        "HM_PUBLIC_URL": "https://tiny.example.com",
        "HM_TIME_ZONE": "UTC",
        "HM_DB_HOST": "127.0.0.1",
    }
    return TinyProject.make(machine, tmp_path / "tiny", is_module=True)


def test_an_administrator_registers_the_module_unattended(tiny: TinyProject, nexus: Nexus) -> None:
    done = tiny.run("--non-interactive", "--nexus-username=admin", HM_NEXUS_PASSWORD="right")
    assert done.returncode == 0, done.stderr
    assert nexus.modules["tiny"]["url"] == "https://tiny.example.com"
    assert nexus.modules["tiny"]["scopes"] == ["directory:read"]
    values = conf_file.read(tiny.conf)
    assert (values["CLIENT_ID"], values["CLIENT_SECRET"]) == ("tiny", "first-secret")
    assert "NEXUS_PASSWORD" not in values
    assert tiny.calls() == ["prepare"]
    assert "secret" not in done.stdout.replace("CLIENT_SECRET", "")


def test_a_registered_module_is_not_registered_again(tiny: TinyProject, nexus: Nexus) -> None:
    assert tiny.run("--non-interactive", HM_CLIENT_SECRET="given").returncode == 0
    again = tiny.run("--non-interactive")
    assert again.returncode == 0
    assert "Keeping the existing registration" in again.stdout
    assert conf_file.read(tiny.conf)["CLIENT_SECRET"] == "given"
    assert nexus.modules == {}


def test_a_wrong_nexus_password_can_be_typed_again(tiny: TinyProject, nexus: Nexus) -> None:
    person = tiny.person()
    person.answer("Nexus username [admin]:", "")
    person.answer("Nexus password:", "wrong")
    person.expect("Nexus does not accept this username and password.")
    person.answer("Try again? [Y/n]:", "y")
    person.answer("Nexus username [admin]:", "")
    person.answer("Nexus password:", "right")
    person.expect("Registered tiny with Nexus.")
    assert person.wait() == 0
    assert "tiny" in nexus.modules


@pytest.mark.parametrize(("reply", "code"), [("y", 0), ("n", 1)])
def test_a_module_nexus_knows_gets_a_new_secret_only_when_wanted(
    tiny: TinyProject, nexus: Nexus, reply: str, code: int
) -> None:
    nexus.modules["tiny"] = {}
    person = tiny.person("--nexus-username", "admin", HM_NEXUS_PASSWORD="right")
    person.answer("Give it a new secret (the old one ends)? [y/N]:", reply)
    assert person.wait() == code
    stored = conf_file.read(tiny.conf).get("CLIENT_SECRET")
    assert stored == ("second-secret" if reply == "y" else None)


def test_an_unattended_run_does_not_end_another_ones_secret(
    tiny: TinyProject, nexus: Nexus
) -> None:
    nexus.modules["tiny"] = {}
    done = tiny.run("--non-interactive", "--nexus-username=admin", HM_NEXUS_PASSWORD="right")
    assert done.returncode == 1
    assert "Give its secret as HM_CLIENT_SECRET" in done.stderr


def test_a_nexus_that_does_not_answer_is_one_sentence(tiny: TinyProject) -> None:
    done = tiny.run(
        "--non-interactive",
        "--nexus-username=admin",
        HM_NEXUS_PASSWORD="right",
        HM_NEXUS_URL="http://127.0.0.1:9",
    )
    assert done.returncode == 1
    assert "Nexus does not answer at http://127.0.0.1:9" in done.stderr
    assert "Connection refused" in done.stderr
    assert "Traceback" not in done.stderr


def test_credentials_do_not_follow_a_redirect(tiny: TinyProject, nexus: Nexus) -> None:
    nexus.redirect = "http://127.0.0.1:9"
    done = tiny.run("--non-interactive", "--nexus-username=admin", HM_NEXUS_PASSWORD="right")
    assert done.returncode == 1
    assert "Nexus answered 307." in done.stderr


def test_registration_can_wait(tiny: TinyProject) -> None:
    done = tiny.run("--non-interactive", "--skip-registration")
    assert done.returncode == 0
    assert "manage.py register_module tiny --name Tiny" in done.stdout
    assert "--url https://tiny.example.com" in done.stdout
    assert "CLIENT_SECRET" not in conf_file.read(tiny.conf)
    assert tiny.calls() == ["prepare"]
    later = tiny.run("--non-interactive", HM_CLIENT_SECRET="given")
    assert later.returncode == 0
    assert conf_file.read(tiny.conf)["CLIENT_SECRET"] == "given"


def test_a_password_over_plain_http_to_another_machine_is_warned_about(tiny: TinyProject) -> None:
    done = tiny.run(
        "--non-interactive",
        "--nexus-username=admin",
        HM_NEXUS_PASSWORD="right",
        HM_NEXUS_URL="http://no-such-host.invalid",
    )
    assert done.returncode == 1
    assert "is not https" in done.stdout
