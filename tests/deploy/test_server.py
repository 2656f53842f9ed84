"""deploy/install.sh from start to end on a fresh Debian with a running systemd, and an upgrade.

The tests are one story and run in this order: install, look, use, upgrade, go back.
"""

from __future__ import annotations

import json
import re
import threading
import time

import pytest

from deploy.local.services import SERVICES
from tests.deploy.conftest import DOMAIN, GROWN, MODULE, NEW, OLD, WHEELS
from tests.deploy.visitor import Visitor

OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS}
SENTENCE = "a sentence nobody else knows"
MAILS = "/srv/mails"
PASSWORD = "hivematrix-demo"  # of the demo's accounts
KEPT = {
    "nexus": ("directory_company", "directory_contact", "accounts_user"),
    "treasury": ("invoices_invoice", "invoices_invoiceline", "agreements_agreement"),
    "archive": ("articles_article", "articles_revision", "attachments_attachment"),
}


@pytest.fixture(scope="session")
def installed(server):
    """Install the commit before on the fresh machine, and return what the installation said."""
    return server.run(
        f"{OLD}/deploy/install.sh", f"--domain={DOMAIN}", "--email=owner@msp.example",
        "--tls=internal", "--time-zone=Europe/Dublin", "--yes", **OFFLINE,
    )  # fmt: skip


@pytest.fixture(scope="session")
def in_use(server, installed):
    """Let the administrator choose a password, and fill the databases; return the visitor."""
    admin = Visitor(server, DOMAIN)
    link = re.search(rf"https://nexus\.{DOMAIN}/password-reset/\S+", installed)
    assert link, installed
    form = admin.open(link[0])
    admin.submit(form, new_password1=SENTENCE, new_password2=SENTENCE)
    # The demo brings an account admin of its own.
    psql(server, "nexus", "UPDATE accounts_user SET username = 'owner' WHERE username = 'admin'")
    for service in SERVICES:
        server.run("hivematrix-manage", service.name, "load_demo", HM_DEMO="1")
    return admin


def units(server, *states: str) -> list[str]:
    listed = server.run(
        "systemctl", "list-units", "hivematrix-*", "--all", "--plain", "--no-legend",
        *(f"--state={state}" for state in states),
    )  # fmt: skip
    return [line.split()[0] for line in listed.splitlines()]


def psql(server, database: str, words: str) -> str:
    command = ["runuser", "-u", "postgres", "--", "psql", "-tAd", database, "-c", words]
    return server.run(*command)


def counted(server) -> dict[str, str]:
    found = {}
    for database, tables in KEPT.items():
        for table in tables:
            ask = f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
            found[table] = psql(server, database, ask)
    found["files"] = server.run(
        "sh", "-c", "cd /var/lib/hivematrix && find . -type f | xargs -r sha256sum"
    )
    return found


def test_everything_runs_after_the_first_installation(server, installed):
    assert "HiveMatrix is installed." in installed
    for service in SERVICES:
        assert f"https://{service.name}.{DOMAIN}" in installed
        assert f"hivematrix-{service.name}.service" in units(server, "running")
    assert units(server, "failed") == []
    enabled = server.run("systemctl", "list-unit-files", "hivematrix-*", "--state=enabled")
    assert all(f"hivematrix-{each.name}.service" in enabled for each in SERVICES)


def test_systemd_finds_nothing_wrong_with_the_units(server, installed):
    files = server.run("sh", "-c", "ls /etc/systemd/system/hivematrix-*").split()
    assert server.run("systemd-analyze", "verify", *files) == ""
    wide_open = server.run("systemd-analyze", "security", "--json=short", check=False)
    exposure = {row["unit"]: float(row["exposure"]) for row in json.loads(wide_open)}
    for service in SERVICES:
        assert exposure[f"hivematrix-{service.name}.service"] < 2.0


def test_secrets_are_for_the_services_alone(server, installed):
    modes = server.run("stat", "-c", "%a %U:%G %n", "/etc/hivematrix", *(
        f"/etc/hivematrix/{each.name}.conf" for each in SERVICES))  # fmt: skip
    assert modes.splitlines()[0] == "750 root:hivematrix /etc/hivematrix"
    assert all(line.startswith("640 root:hivematrix") for line in modes.splitlines()[1:])
    secrets = re.findall(
        r"^(?:DB_PASSWORD|SECRET_KEY|CLIENT_SECRET)=(.+)$",
        server.run("sh", "-c", "cat /etc/hivematrix/*.conf"), re.MULTILINE,
    )  # fmt: skip
    assert len(secrets) == len(set(secrets)) == 3 * len(SERVICES) - 1
    told = (
        installed
        + server.run("journalctl", "--no-pager")
        + server.run("sh", "-c", "cat /var/log/postgresql/*.log")
    )
    assert not [secret for secret in secrets if secret in told]
    for service in SERVICES:
        pid = server.run("systemctl", "show", "-P", "MainPID", f"hivematrix-{service.name}").strip()
        seen = server.run("ls", f"/proc/{pid}/root/etc/hivematrix").split()
        assert seen == [f"{service.name}.conf"]


def test_the_link_lets_the_administrator_in_and_works_once(server, in_use, installed):
    answer = in_use.sign_in("treasury", "owner", SENTENCE)
    assert answer.url == f"https://treasury.{DOMAIN}/", answer.text[:500]
    assert all(cookie.secure for cookie in in_use.http.cookies)
    for name in ("nexus", "archive"):
        assert in_use.follow_menu("treasury", name).url.startswith(f"https://{name}.{DOMAIN}/")
        assert in_use.is_signed_in(name)
    link = re.search(rf"https://nexus\.{DOMAIN}/password-reset/\S+", installed)[0]
    assert "This link does not work" in Visitor(server, DOMAIN).open(link).text


def test_plain_http_leads_to_https_and_figures_stay_inside(visitor):
    for service in SERVICES:
        answer = visitor.open(f"http://{service.name}.{DOMAIN}/", allow_redirects=False)
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"https://{service.name}.{DOMAIN}/"
        page = visitor.get(service.name, "/auth/login")
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert visitor.get(service.name, "/metrics").status_code == 404


def test_every_timed_command_and_document_works_as_its_unit_lets_it(server, in_use):
    server.run("systemd-run", "python3", f"{NEW}/tests/deploy/mail_server.py", MAILS)
    timed = [name for name in units(server) if name.endswith(".timer")]
    assert len(timed) >= sum(len(service.timers) for service in SERVICES)
    services = [name.replace(".timer", ".service") for name in timed]
    server.run("systemctl", "start", *services, check=False)
    failed = units(server, "failed")
    assert not failed, server.run("journalctl", "-n40", "-ocat", *(f"-u{name}" for name in failed))
    assert "expiring" in server.run("sh", "-c", f"cat {MAILS}/*.eml")
    acme = Visitor(server, DOMAIN)
    acme.sign_in("treasury", "acme", PASSWORD)
    invoice = re.search(r'href="(/invoices/[0-9a-f-]{36})"', acme.get("treasury", "/invoices").text)
    paper = acme.get("treasury", f"{invoice[1]}/pdf")
    assert paper.content.startswith(b"%PDF"), paper.text[:300]
    globex = Visitor(server, DOMAIN)
    globex.sign_in("treasury", "globex", PASSWORD)
    assert globex.get("treasury", invoice[1]).status_code == 404


def test_signing_out_at_one_host_name_ends_it_at_the_others(server, in_use):
    tech = Visitor(server, DOMAIN)
    home = tech.sign_in("treasury", "tech", PASSWORD)
    for name in ("archive", "nexus"):
        tech.follow_menu("treasury", name)
        assert tech.is_signed_in(name)
    tech.submit(home, to="/auth/logout")
    assert not any(tech.is_signed_in(service.name) for service in SERVICES)


def test_an_upgrade_keeps_all_data_and_loses_no_request(server, in_use):
    before, release = counted(server), server.run("readlink", "/opt/hivematrix/current")
    answers, done = [], threading.Event()

    def read_on() -> None:
        reader = Visitor(server, DOMAIN)
        while not done.is_set():
            answers.append(reader.get("nexus", "/auth/login").status_code)
            answers.append(reader.get("treasury", "/auth/login").status_code)
            time.sleep(0.1)

    reader = threading.Thread(target=read_on)
    reader.start()
    try:
        said = server.run(f"{NEW}/deploy/install.sh", **OFFLINE)
    finally:
        done.set()
        reader.join()
    assert set(answers) == {200}
    assert "HiveMatrix is up to date." in said
    assert "password-reset" not in said
    assert counted(server) == before
    assert server.run("readlink", "/opt/hivematrix/current") != release
    assert server.run("readlink", "/opt/hivematrix/previous") == release
    assert units(server, "failed") == []
    assert in_use.is_signed_in("treasury")  # nobody had to sign in again


def test_what_it_says_about_going_back_works(server, in_use):
    newest = server.run("readlink", "/opt/hivematrix/current")
    previous = server.run("readlink", "/opt/hivematrix/previous").strip()
    said = server.run(f"{previous}/deploy/install.sh", "--activate")
    assert f"{newest.strip()}/deploy/install.sh --activate" in said
    pid = server.run("systemctl", "show", "-P", "MainPID", "hivematrix-nexus").strip()
    assert server.run("readlink", "/opt/hivematrix/current").strip() == previous
    assert in_use.is_signed_in("nexus")
    server.run(f"{newest.strip()}/deploy/install.sh", "--activate")
    assert server.run("systemctl", "show", "-P", "MainPID", "hivematrix-nexus").strip() != pid
    assert in_use.is_signed_in("archive")


def test_an_upgrade_that_fails_says_how_to_go_back_and_the_others_go_on(server, in_use, grown):
    main, before = (
        grown / "nexus_project/main.py",
        server.run("readlink", "/opt/hivematrix/current"),
    )
    good = main.read_text()
    main.write_text("raise SystemExit('this release is broken')\n")
    started = time.monotonic()
    said = server.run(f"{GROWN}/deploy/install.sh", check=False, **OFFLINE)
    main.write_text(good)
    assert "HiveMatrix is up to date." not in said
    assert "this release is broken" in said
    assert time.monotonic() - started < 90, "it waited for what cannot become ready"
    assert in_use.get("treasury", "/auth/login").status_code == 200
    back = re.search(r"/opt/hivematrix/releases/\S+/deploy/install.sh --activate", said)[0]
    assert back.startswith(before.strip())
    server.run(*back.split())
    assert server.run("readlink", "/opt/hivematrix/current") == before
    assert in_use.is_signed_in("nexus")
    assert f"hivematrix-{MODULE}.service" not in units(server)


def test_a_module_of_ones_own_is_installed_with_the_others(server, in_use, grown):
    said = server.run(f"{GROWN}/deploy/install.sh", **OFFLINE, HM_EMAIL_URL="smtp://elsewhere:25")
    assert f"https://{MODULE}.{DOMAIN}" in said
    assert "EMAIL_URL stays as it is in /etc/hivematrix/nexus.conf" in said
    assert f"hivematrix-{MODULE}.service" in units(server, "running")
    assert units(server, "failed") == []
    assert in_use.follow_menu("treasury", MODULE).url.startswith(f"https://{MODULE}.{DOMAIN}/")
    assert in_use.is_signed_in(MODULE)


def test_the_machine_starts_everything_by_itself(server, in_use):
    server.restart()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if in_use.get("archive", "/auth/login").status_code == 200:
            break
        time.sleep(1)
    assert in_use.is_signed_in("treasury")
    assert units(server, "failed") == []
