"""Trying a database connection before it is written down; what is wrong in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import psycopg2

MINIMUM_VERSION = 150000  # PostgreSQL 15, as the server counts


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where a service's database is and who opens it. The repr leaves the password out."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)


def problem_with(credentials: Credentials) -> str:
    """Connect, look, disconnect; return what is wrong as one sentence, "" when all is well."""
    try:
        connection = psycopg2.connect(
            host=credentials.host,
            port=credentials.port,
            dbname=credentials.name,
            user=credentials.user,
            password=credentials.password,
            connect_timeout=5,
            application_name="init_db",
        )
    except psycopg2.OperationalError as error:
        return _plain_words(str(error), credentials)
    except (psycopg2.Error, ValueError, UnicodeError) as error:  # such as a NUL in the password
        return f"These values cannot be used: {str(error).strip()}."
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int,"
                " current_setting('server_encoding'),"
                " has_schema_privilege(current_schema(), 'CREATE')"
            )
            version, encoding, may_create = cursor.fetchone() or (0, "", False)
    finally:
        connection.close()
    return _unfit(version, encoding, may_create, credentials)


def _unfit(version: int, encoding: str, may_create: bool | None, credentials: Credentials) -> str:
    name, user = credentials.name, credentials.user
    if version < MINIMUM_VERSION:
        return f"This is PostgreSQL {version // 10000}; 15 or newer is needed."
    if encoding != "UTF8":
        return (
            f"The database {name} is encoded in {encoding}. Create it with UTF-8: "
            f"createdb -O {user} -E UTF8 -T template0 {name}"
        )
    if not may_create:
        return (
            f"The user {user} may not create tables in {name}. "
            f'As the superuser run: ALTER DATABASE "{name}" OWNER TO "{user}"'
        )
    return ""


def _plain_words(message: str, credentials: Credentials) -> str:
    host, port, name, user = (
        credentials.host,
        credentials.port,
        credentials.name,
        credentials.user,
    )
    sentences = (
        (r"password authentication failed", f"The password of the user {user} is wrong."),
        (r"no password supplied", f"The server wants a password for the user {user}."),
        (
            r'database ".*" does not exist',
            f"There is no database {name}. Create it on the server: createdb -O {user} {name}",
        ),
        (
            r'role ".*" does not exist|role ".*" is not permitted',
            f"There is no user {user} that may sign in. Create it: createuser --pwprompt {user}",
        ),
        (r"Connection refused", f"Nothing answers at {host}, port {port}. Is PostgreSQL running?"),
        (r"could not translate host name", f"The host {host} is not known."),
        (r"No such file or directory", f"There is no PostgreSQL socket in {host}. Is it running?"),
        (r"timeout expired|timed out", f"{host}, port {port} did not answer within 5 seconds."),
        (r"no pg_hba.conf entry", f"The server does not let {user} into {name} from this machine."),
        (
            r"[Pp]eer authentication failed",
            f"The server lets {user} in only from the system account of that name.",
        ),
        (r"permission denied for database", f"The user {user} may not open the database {name}."),
    )
    for pattern, sentence in sentences:
        if re.search(pattern, message):
            return sentence
    # A server may speak another language: its own last words are better than none.
    return f"The server says: {message.strip().splitlines()[-1].strip() if message else 'nothing'}"
