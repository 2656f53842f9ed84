"""What ``init_db.py`` does: write the configuration, try the database, register, migrate.

Safe to run again at any time: a value that is in the file is never changed, a registered module is
not registered again, and Django's migrations know what has been applied.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence

from hm_auth.service import conf_file, database, registration
from hm_auth.service.answers import QUESTIONS, Answers
from hm_auth.service.description import Service
from hm_auth.service.setup_admin import create_admin
from hm_auth.service.setup_module import obtain_secret
from hm_auth.service.terminal import SetupError, Terminal


def run(service: Service, argv: Sequence[str]) -> int:
    """Set ``service`` up; return the exit code: 0 done, 1 failed, 2 not told enough, 130 Ctrl-C."""
    arguments = _parser(service).parse_args(argv)
    try:
        _set_up(service, arguments)
    except SetupError as error:
        print(error, file=sys.stderr)
        return error.code
    except conf_file.ConfFileError as error:
        print(error, file=sys.stderr)
        return 1
    except EOFError:
        print("\nNobody answers here. For unattended use: --non-interactive", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run it again to go on; what was written stays.", file=sys.stderr)
        return 130
    return 0


def _set_up(service: Service, arguments: argparse.Namespace) -> None:
    path = service.conf_path
    stored = conf_file.read(path)
    flags = {key: getattr(arguments, key) for key in _flag_keys(service)}
    answers = Answers(
        service=service,
        terminal=Terminal(interactive=not arguments.non_interactive),
        flags={key: value for key, value in flags.items() if value is not None},
        stored=stored,
    )
    _refuse_if_missing(answers, arguments)
    print(f"Setting up {service.title}.")
    if stored:
        print(f"Keeping existing values of {path}: {', '.join(stored)}.")
    answers.collect()
    _test_database(answers)
    _write(answers, {"SECRET_KEY": secrets.token_urlsafe(50)})
    environment: dict[str, str] = {}
    if service.is_module and not (secret := _module_secret(answers, arguments)):
        # Enough to migrate; main.py will still say that CLIENT_SECRET is not set.
        environment = {"HM_CLIENT_SECRET": "not registered yet"}
    elif service.is_module:
        _write(answers, {"CLIENT_SECRET": secret})
    _prepare_database(service, environment)
    if not service.is_module:
        create_admin(service, answers.terminal, arguments, first_time=not stored)
    print(f"{service.title} is ready. Start it with: python {service.directory / 'main.py'}")


def _refuse_if_missing(answers: Answers, arguments: argparse.Namespace) -> None:
    if answers.terminal.interactive:
        return
    missing = [f"HM_{key}" for key in answers.missing()]
    registered = "CLIENT_SECRET" in answers.stored or answers.given("CLIENT_SECRET") is not None
    if answers.service.is_module and not registered and not arguments.skip_registration:
        by_account = [arguments.nexus_username, os.environ.get("HM_NEXUS_PASSWORD")]
        if not all(by_account):
            missing.append(
                "HM_CLIENT_SECRET (or HM_NEXUS_USERNAME and HM_NEXUS_PASSWORD,"
                " or --skip-registration)"
            )
    if missing:
        raise SetupError(f"Missing for an unattended set-up: {'; '.join(missing)}.", code=2)


def _test_database(answers: Answers) -> None:
    while problem := database.problem_with(answers.credentials()):
        print(f"The database cannot be used. {problem}", file=sys.stderr)
        if not answers.ask_database_again():
            where = f"in {answers.service.conf_path}" if "DB_NAME" in answers.stored else "given"
            raise SetupError(f"Nothing was changed. Correct the DB_ values {where} and run again.")
    print(f"Connected to the database {answers['DB_NAME']}.")


def _write(answers: Answers, more: dict[str, str]) -> None:
    service = answers.service
    values = {
        **answers.values,
        **({"CLIENT_ID": service.name} if service.is_module else {}),
        **more,
    }
    notes = {key: QUESTIONS.get(key, "") for key in values if key not in {"DB_PORT", "DB_NAME"}}
    if added := conf_file.add_missing(service.conf_path, values, notes):
        print(f"Wrote {', '.join(added)} to {service.conf_path}.")


def _module_secret(answers: Answers, arguments: argparse.Namespace) -> str:
    if "CLIENT_SECRET" in answers.stored:
        print("Keeping the existing registration with Nexus.")
        return answers.stored["CLIENT_SECRET"]
    if (given := answers.given("CLIENT_SECRET")) is not None:
        return given
    if arguments.skip_registration:
        print("Not registered with Nexus yet. Where Nexus runs, do:")
        print(f"  {registration.command(answers.service, answers['PUBLIC_URL'])}")
        print("and give the secret it shows to this command as HM_CLIENT_SECRET.")
        return ""
    return obtain_secret(
        answers.service,
        answers.terminal,
        nexus_url=answers["NEXUS_URL"],
        public_url=answers["PUBLIC_URL"],
        username=arguments.nexus_username or "",
    )


def _prepare_database(service: Service, environment: dict[str, str]) -> None:
    command = [sys.executable, str(service.directory / "manage.py"), "prepare"]
    sys.stdout.flush()
    if subprocess.run(command, env={**os.environ, **environment}, check=False).returncode:
        raise SetupError("The database could not be prepared; the reason is above.")


def _flag_keys(service: Service) -> list[str]:
    keys = [key for key in QUESTIONS if key != "DB_PASSWORD"]
    return [*keys, "CLIENT_SECRET"] if service.is_module else [k for k in keys if k != "NEXUS_URL"]


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="init_db.py",
        description=f"Set {service.title} up: write {service.name}.conf, try the database, "
        "create its tables and default data. Safe to run again: nothing in the file is changed.",
        epilog="Every value may also be given in the environment: HM_DB_HOST, HM_PORT and so on. "
        "Passwords only there, since other users can read a command line: HM_DB_PASSWORD"
        + (", HM_NEXUS_PASSWORD." if service.is_module else ", HM_ADMIN_PASSWORD."),
    )
    parser.add_argument(
        "--non-interactive",
        action="store_true",
        help="ask nothing: take flags, environment and defaults; fail when something is missing",
    )
    for key in _flag_keys(service):
        flag = "--" + key.lower().replace("_", "-")
        parser.add_argument(flag, dest=key, metavar="VALUE", help=QUESTIONS.get(key))
    if service.is_module:
        _add(parser, "--nexus-username", "an administrator of Nexus, to register this module")
        parser.add_argument(
            "--skip-registration", action="store_true", help="register with Nexus later, by hand"
        )
    else:
        _add(parser, "--admin-username", "create this first administrator")
        _add(parser, "--admin-email", "the administrator's e-mail address")
        _add(parser, "--admin-name", "the administrator's full name")
    return parser


def _add(parser: argparse.ArgumentParser, flag: str, help_text: str) -> None:
    variable = "HM_" + flag.removeprefix("--").replace("-", "_").upper()
    parser.add_argument(
        flag, default=os.environ.get(variable), metavar="VALUE", help=f"{help_text} ({variable})"
    )
