"""init_db.py: unattended, at a terminal, and a second time."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hm_auth.service import conf_file
from tests.hm_auth.service_machine import PASSWORD, Machine, TinyProject

pytest_plugins = ["tests.hm_auth.service_fixtures"]


@pytest.fixture
def tiny(machine: Machine, tmp_path: Path) -> TinyProject:
    return TinyProject.make(machine, tmp_path / "tiny", is_module=False)


@pytest.fixture
def tiny_module(machine: Machine, tmp_path: Path) -> TinyProject:
    return TinyProject.make(machine, tmp_path / "tiny", is_module=True)


def test_nexus_is_set_up_unattended_from_nothing_and_again(machine: Machine) -> None:
    variables = machine.database_variables()
    conf = machine.folder / "nexus.conf"
    first = machine.run("nexus_project/init_db.py", "--non-interactive", **variables)
    assert first.returncode == 0, first.stderr
    assert "Nexus is ready" in first.stdout
    assert stat.S_IMODE(conf.stat().st_mode) == 0o600
    values = conf_file.read(conf)
    assert values["DB_PASSWORD"] == PASSWORD
    assert len(values["SECRET_KEY"]) >= 50
    before = conf.read_text()
    # Nothing given any more: the file alone is enough. `manage.py setup` is the same thing.
    again = machine.run("nexus_project/manage.py", "setup", "--non-interactive")
    assert again.returncode == 0, again.stderr
    assert "No migrations to apply" in again.stdout
    assert conf.read_text() == before
    assert PASSWORD not in first.stdout + first.stderr + again.stdout + again.stderr


def test_an_unattended_run_says_in_one_sentence_what_is_missing(tiny_module: TinyProject) -> None:
    done = tiny_module.run("--non-interactive")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "HM_DB_PASSWORD" in done.stderr
    assert "HM_CLIENT_SECRET" in done.stderr
    assert not tiny_module.conf.exists()


def test_flags_are_taken_and_a_wrong_one_is_refused(tiny: TinyProject) -> None:
    variables = tiny.machine.database_variables()
    wrong = tiny.run("--non-interactive", "--port", "many", **variables)
    assert (wrong.returncode, wrong.stderr) == (2, "PORT must be a whole number.\n")
    right = tiny.run("--non-interactive", "--port", "6001", **variables)
    assert right.returncode == 0
    values = conf_file.read(tiny.conf)
    assert (values["PORT"], values["PUBLIC_URL"]) == ("6001", "http://127.0.0.1:6001")


def test_a_flag_never_changes_what_is_in_the_file(tiny: TinyProject) -> None:
    variables = tiny.machine.database_variables()
    assert tiny.run("--non-interactive", **variables).returncode == 0
    before = tiny.conf.read_text()
    again = tiny.run("--non-interactive", "--port", "6002")
    assert again.returncode == 0
    assert "Keeping PORT as it is" in again.stdout
    assert tiny.conf.read_text() == before


def test_an_unattended_run_with_a_wrong_password_fails_and_writes_nothing(
    tiny: TinyProject,
) -> None:
    variables = tiny.machine.database_variables() | {"HM_DB_PASSWORD": "wrong"}
    done = tiny.run("--non-interactive", **variables)
    assert done.returncode == 1
    assert "The password of the user" in done.stderr
    assert not tiny.conf.exists()
    assert tiny.calls() == []


def test_somebody_who_mistypes_the_password_is_asked_again(tiny: TinyProject) -> None:
    machine = tiny.machine
    person = tiny.person()
    person.answer("Database host [127.0.0.1]:", "")
    person.answer("Database port [5432]:", "many")
    person.expect("This must be a whole number.")
    person.answer("Database port [5432]:", str(machine.server.port))
    person.answer("Database name [tiny]:", machine.database)
    person.answer("Database user [tiny]:", machine.database)
    person.answer("Password of the database user (not shown):", "wrong")
    person.answer("Port to listen on [5099]:", "")
    person.answer("Address people open in the browser [http://127.0.0.1:5099]:", "")
    person.answer("Time zone [UTC]:", "Europe/Berlin")
    person.expect(f"The password of the user {machine.database} is wrong.")
    person.answer("Try again? [Y/n]:", "")
    person.answer("Database host [127.0.0.1]:", "")
    person.answer(f"Database port [{machine.server.port}]:", "")
    person.answer(f"Database name [{machine.database}]:", "")
    person.answer(f"Database user [{machine.database}]:", "")
    person.answer("Password of the database user (not shown):", PASSWORD)
    person.expect("Connected to the database")
    person.answer("Create an administrator? [Y/n]:", "n")
    assert person.wait() == 0
    assert conf_file.read(tiny.conf)["DB_PASSWORD"] == PASSWORD
    assert conf_file.read(tiny.conf)["TIME_ZONE"] == "Europe/Berlin"
    assert tiny.calls() == ["prepare"]
    assert "wrong\r\n" not in person.seen.replace("is wrong.\r\n", "")
    assert PASSWORD not in person.seen


def test_a_stored_password_that_is_wrong_is_not_overwritten(tiny: TinyProject) -> None:
    variables = tiny.machine.database_variables()
    assert tiny.run("--non-interactive", **variables).returncode == 0
    text = tiny.conf.read_text()
    tiny.conf.write_text(text.replace("p@ss", "other"))
    person = tiny.person()
    person.answer("Try again? [Y/n]:", "")  # it may be the server that was not ready
    person.answer("Try again? [Y/n]:", "n")
    person.expect(f"Correct the DB_ values in {tiny.conf}")
    assert person.wait() == 1
    assert tiny.conf.read_text() == text.replace("p@ss", "other")


def test_control_c_is_one_sentence(tiny: TinyProject) -> None:
    person = tiny.person()
    person.expect("Database host")
    person.press_control_c(until="Stopped. Run it again to go on")
    assert person.wait() == 130
    assert "Traceback" not in person.seen


def test_without_a_terminal_the_way_out_is_named(tiny: TinyProject) -> None:
    done = tiny.run()
    assert done.returncode == 2
    assert "--non-interactive" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_first_administrator_is_asked_for_until_nexus_accepts_one(tiny: TinyProject) -> None:
    variables = tiny.machine.database_variables()
    assert tiny.run("--non-interactive", **variables).returncode == 0
    assert tiny.calls() == ["prepare"]
    person = tiny.person()
    person.answer("Create an administrator? [y/N]:", "y")
    person.answer("Username [admin]:", "ann")
    person.answer("E-mail address:", "")
    person.answer("E-mail address:", "ann@example.com")
    person.answer("Full name [ann]:", "Ann O'Hara")
    person.answer("Password (not shown):", "short")
    person.answer("Password again:", "different")
    person.expect("not the same")
    person.answer("Password (not shown):", "short")
    person.answer("Password again:", "short")
    person.expect("too short")
    person.answer("Try again? [Y/n]:", "y")
    person.answer("Username [admin]:", "ann")
    person.answer("E-mail address:", "ann@example.com")
    person.answer("Full name [ann]:", "Ann O'Hara")
    person.answer("Password (not shown):", "correct horse battery")
    person.answer("Password again:", "correct horse battery")
    assert person.wait() == 0
    assert tiny.calls()[-1] == (
        "create_admin --username=ann --email=ann@example.com --name=Ann O'Hara"
    )


def test_an_administrator_can_be_created_unattended(tiny: TinyProject) -> None:
    variables = tiny.machine.database_variables()
    flags = ["--non-interactive", "--admin-username=ann", "--admin-email=ann@example.com"]
    refused = tiny.run(*flags, **variables)
    assert refused.returncode == 2
    assert "HM_ADMIN_PASSWORD" in refused.stderr
    done = tiny.run(*flags, HM_ADMIN_PASSWORD="correct horse battery", **variables)
    assert done.returncode == 0
    assert tiny.calls()[-1] == "create_admin --username=ann --email=ann@example.com --name=ann"


def test_a_failed_migration_fails_the_set_up(tiny: TinyProject) -> None:
    (tiny.folder / "manage.py").write_text("raise SystemExit('cannot migrate')")
    done = tiny.run("--non-interactive", **tiny.machine.database_variables())
    assert done.returncode == 1
    assert "cannot migrate" in done.stderr
    assert "is ready" not in done.stdout


def test_a_broken_file_is_one_sentence(tiny: TinyProject) -> None:
    tiny.conf.parent.mkdir()
    tiny.conf.write_text("nonsense\n")
    done = tiny.run("--non-interactive")
    assert done.returncode == 1
    assert done.stderr == f"{tiny.conf}, line 1 is not KEY=value (the key in capital letters).\n"


def test_help_explains_every_flag_and_the_variables(tiny_module: TinyProject) -> None:
    done = tiny_module.run("--help")
    assert done.returncode == 0
    for word in ("--db-host", "--nexus-url", "--skip-registration", "HM_DB_PASSWORD"):
        assert word in done.stdout


def test_the_environment_wins_over_the_file_and_says_so(tiny: TinyProject) -> None:
    variables = tiny.machine.database_variables()
    assert tiny.run("--non-interactive", **variables).returncode == 0
    done = tiny.run("--non-interactive", HM_DB_NAME="elsewhere")
    assert done.returncode == 1
    assert "HM_DB_NAME in the environment wins over the file" in done.stdout
    assert "There is no database elsewhere" in done.stderr
