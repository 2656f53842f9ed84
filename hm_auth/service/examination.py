"""What a service can say about its own health; ``hm doctor`` asks it by ``manage.py examine``.

A service adds examinations of its own: ``HM_EXAMINATIONS = ["nexus.signins.examination.keys"]``,
functions that take nothing and give Findings.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core import checks, mail
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from hm_auth.service import backlog, readiness
from hm_auth.service.findings import Finding, fail, ok, warn

# The proxy in front redirects to HTTPS; whether subdomains and browsers' preload lists are bound
# to HTTPS is for the owner of the domain to say.
_DECIDED_ELSEWHERE = {"security.W005", "security.W008", "security.W021"}
# Cookies and headers for HTTPS alone; that an address is not https is one line of hm doctor.
_FOLLOW_FROM_HTTP = {"security.W004", "security.W011", "security.W012", "security.W016"}
_LONG = timedelta(minutes=10)
_CONSOLE = "django.core.mail.backends.console.EmailBackend"


def findings() -> Iterator[Finding]:
    """Give every finding about this service; a database that does not answer ends it early."""
    yield from _deployment()
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield fail(
            "database", f"does not answer: {error}".strip(), "Start PostgreSQL; see DB_HOST."
        )
        return
    yield from _migrations()
    yield from _queues()
    yield from _mail()
    for name in getattr(settings, "HM_EXAMINATIONS", ()):
        yield from import_string(name)()


def _deployment() -> Iterator[Finding]:
    without_https = not settings.PUBLIC_URL.startswith("https:")
    left_out = _DECIDED_ELSEWHERE | (_FOLLOW_FROM_HTTP if without_https else set())
    found = checks.run_checks(include_deployment_checks=True)
    bad = [each for each in found if each.id not in left_out and not each.is_silenced()]
    for each in bad:
        make = fail if each.level >= checks.ERROR else warn
        sentence = str(each.msg).partition(". ")[0].removesuffix(".")
        yield make("settings", f"{sentence} ({each.id})", each.hint or "See Django's checks.")
    if not bad:
        yield ok("settings", "nothing to object to (check --deploy)")


def _migrations() -> Iterator[Finding]:
    loader = MigrationLoader(connection)
    apps = loader.migrated_apps
    newer = {key for key in loader.applied_migrations if key[0] in apps} - {*loader.disk_migrations}
    replaced = {key for each in loader.replacements.values() for key in each.replaces}
    if waiting := readiness.unapplied_migrations():
        yield fail(
            "migrations",
            f"{waiting} are not applied",
            "hm backup, then manage.py prepare, then restart the service.",
        )
    elif newer := newer - replaced:
        names = ", ".join(f"{app} {name}" for app, name in sorted(newer)[:3])
        yield warn(
            "migrations",
            f"the database is of a newer release than the code ({names})",
            "Install that release, or restore a backup made before it.",
        )
    else:
        yield ok("migrations", "all applied")


def _queues() -> Iterator[Finding]:
    try:
        queues = list(backlog.queues())
    except backlog.QueueUnavailable as error:
        yield fail("tasks", f"Redis does not answer: {error}", "Start it; see REDIS_URL.")
        return
    for queue in queues:
        waiting, seconds = queue.waiting, int(queue.oldest.total_seconds())
        if waiting and queue.oldest > _LONG:
            yield fail(
                queue.name,
                f"{waiting} wait, the oldest for {seconds // 60} minutes",
                "Is the worker (tasks) or the timer (webhooks) running?",
            )
        elif queue.failed:
            yield warn(
                queue.name, f"{queue.failed} failed in the last 24 hours", "The log says why."
            )
        else:
            yield ok(queue.name, f"{waiting} wait, none failed in the last 24 hours")


def _mail() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND == _CONSOLE:
        yield warn("mail", "no mail leaves: it is printed to the log", "Set EMAIL_URL.")
        return
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with mail.get_connection():
            pass
    except smtplib.SMTPAuthenticationError:
        yield fail("mail", f"{where} refuses the user or its password", "Correct EMAIL_URL.")
    except (OSError, smtplib.SMTPException) as error:
        yield fail("mail", f"{where} does not take mail: {error}", "Correct EMAIL_URL.")
    else:
        yield ok("mail", f"{where} takes mail")
