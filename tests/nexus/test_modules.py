"""Registering modules: by command and operation, safe to repeat, the secret shown once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from nexus.modules import operations
from nexus.modules.models import Module
from nexus.signins.models import Event

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:5001"


@pytest.fixture
def run(capsys):
    def call(*arguments):
        call_command("register_module", *arguments)
        return capsys.readouterr().out

    return call


def secret_in(output):
    return output.strip().splitlines()[-1].rpartition(" ")[2]


def test_the_command_registers_and_shows_the_secret(run):
    out = run("treasury", "--name", "Treasury", "--url", URL, "--scopes", "directory:read")
    module = Module.objects.get()
    assert module.has_secret(secret_in(out))
    assert (module.scopes, module.url) == (["directory:read"], URL)
    assert Event.objects.get().kind == "module_registered"


def test_a_second_time_it_corrects_and_keeps_the_secret(run):
    secret = secret_in(run("treasury", "--name", "Treasury", "--url", URL))
    out = run("treasury", "--url", "https://treasury.msp.example/")
    module = Module.objects.get()
    assert (module.name, module.url) == ("Treasury", "https://treasury.msp.example")
    assert "corrected" in out
    assert module.has_secret(secret)


def test_a_new_secret_on_demand(run):
    old = secret_in(run("treasury", "--name", "Treasury", "--url", URL))
    new = secret_in(run("treasury", "--new-secret"))
    module = Module.objects.get()
    assert module.has_secret(new)
    assert not module.has_secret(old)


def test_print_secret_prints_nothing_else(run):
    for _ in range(2):
        out = run("treasury", "--name", "Treasury", "--url", URL, "--print-secret")
        assert Module.objects.get().has_secret(out.strip())


def test_a_secret_of_the_environment_is_taken_and_not_printed(run, monkeypatch):
    monkeypatch.setenv("HM_CLIENT_SECRET", "a secret from elsewhere")
    arguments = ("treasury", "--name", "Treasury", "--url", URL, "--secret-from-env")
    for _ in range(2):
        assert "elsewhere" not in run(*arguments, "HM_CLIENT_SECRET")
    assert Module.objects.get().has_secret("a secret from elsewhere")
    assert not Event.objects.filter(kind="module_secret").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["treasury"], 2),
        (["treasury", "--name", "T"], 2),
        (["nexus", "--name", "N", "--url", URL], 2),
        (["treasury", "--name", "T", "--url", "ftp://x"], 1),
        (["treasury", "--name", "T", "--url", URL + "/?q"], 1),
        (["Treasury!", "--name", "T", "--url", URL], 1),
        (["treasury", "--name", "T", "--url", URL, "--scopes", "everything"], 1),
        (["treasury", "--name", "T", "--url", URL, "--levels", "boss"], 1),
        (["treasury", "--name", "T", "--url", URL, "--secret-from-env", "NOT_THERE"], 2),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(run, arguments, code):
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert error.value.returncode == code
    assert not Module.objects.exists()


def test_a_short_secret_is_refused(run, monkeypatch):
    monkeypatch.setenv("HM_CLIENT_SECRET", "short")
    with pytest.raises(CommandError, match="at least 16"):
        run("treasury", "--name", "T", "--url", URL, "--secret-from-env", "HM_CLIENT_SECRET")


def test_registering_twice_is_an_error_with_a_name(admin):
    made = operations.register_module(client_id="treasury", name="T", url=URL, by=admin)
    with pytest.raises(operations.ModuleExists):
        operations.register_module(client_id="treasury", name="T", url=URL, by=admin)
    assert Module.objects.get().has_secret(made.secret)


@pytest.mark.parametrize("name", ["nexus", "direct"])
def test_names_with_a_meaning_of_their_own_are_no_modules(db, name):
    with pytest.raises(ValidationError, match="taken by Nexus itself"):
        operations.register_module(client_id=name, name="T", url=URL, by=None)


def test_nexus_itself_needs_no_secret(nexus_module):
    with pytest.raises(ValidationError):
        operations.new_secret(module=nexus_module, by=None)


def test_nexus_follows_its_public_url(nexus_module):
    operations.ensure_nexus(url="https://nexus.msp.example")
    assert Module.objects.get().url == "https://nexus.msp.example"


@pytest.mark.parametrize("change", [{"is_active": False}, {"levels": ["admin"]}, {"url": URL}])
def test_nobody_locks_everybody_out_of_nexus(nexus_module, change):
    with pytest.raises(ValidationError, match="Nexus is where everybody signs in"):
        operations.change_module(module=nexus_module, by=None, **change)
    operations.change_module(module=nexus_module, by=None, name="Hive", position=3)
    assert Module.objects.get().name == "Hive"


def test_setting_nexus_up_again_opens_it(nexus_module):
    with connection.cursor() as cursor:  # as an older version allowed
        cursor.execute("ALTER TABLE modules_module DROP CONSTRAINT module_nexus_open_to_all")
    Module.objects.update(is_active=False, levels=["admin"])
    operations.ensure_nexus(url=nexus_module.url)
    module = Module.objects.get()
    assert module.is_active
    assert set(module.levels) == {"admin", "technician", "billing", "client"}


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"client_id": "Big"}, "module_client_id_plain"),
        ({"url": "ftp://x"}, "module_url_plain"),
        ({"url": "http://x/"}, "module_url_plain"),
        ({"url": "http://x?y"}, "module_url_plain"),
        ({"levels": ["boss"]}, "module_levels_known"),
        ({"client_id": "nexus", "is_active": False}, "module_nexus_open_to_all"),
        ({"client_id": "nexus", "levels": ["admin"]}, "module_nexus_open_to_all"),
    ],
)
def test_the_database_keeps_its_rules(values, constraint):
    fields = {"client_id": "treasury", "name": "T", "url": URL} | values
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Module.objects.create(**fields)


def test_who_may_open_what(treasury, archive):
    Module.objects.filter(pk=treasury.pk).update(levels=["admin", "billing"])
    assert set(Module.objects.open_to("billing")) == {treasury, archive}
    assert set(Module.objects.open_to("client")) == {archive}
    Module.objects.filter(pk=archive.pk).update(is_active=False)
    assert not Module.objects.open_to("client").exists()
    assert not Module.objects.open_to(None).exists()


def test_the_history_keeps_changes_and_no_secret(admin, treasury):
    operations.change_module(module=treasury, by=admin, levels=["admin"])
    operations.new_secret(module=treasury, by=admin)
    names = {field.name for field in treasury.events.model._meta.fields}
    assert "secret_hash" not in names
    assert treasury.events.count() >= 2
