"""Every write to the directory. Each is atomic and says in the history who did it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pghistory
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from hm_auth.exceptions import HiveMatrixError
from hm_auth.service import request_id
from nexus.directory import default_location, rules
from nexus.directory.models import Company, Contact, Location
from nexus.directory.versions import touch
from nexus.signins.operations import sign_out_company

Row = Company | Location | Contact


class Conflict(HiveMatrixError):
    """Somebody else wrote this row since it was read; ``current`` is what they wrote."""

    code = "precondition_failed"

    def __init__(self, current: Row) -> None:
        super().__init__(f"{current} was changed by somebody else in the meantime.")
        self.current = current


class NotPossible(HiveMatrixError):
    """The state of the rows forbids the operation; the message says why, for people to read."""

    code = "not_possible"


@contextmanager
def acting(by: Any, **context: str) -> Iterator[None]:
    """Open a transaction; its history names ``by`` (a user, a module, None) and the request."""
    about = {"user": str(by.pk), "name": str(by)} if by is not None else {}
    current = request_id.current.get()
    if current:
        about["request_id"] = current
    with transaction.atomic(), pghistory.context(**about, **context):
        yield


def save(row: Row, *, by: Any, expected_version: int | None = None) -> None:
    """Write ``row``, new or changed, and count its version.

    The caller has validated it (a form or a serializer); the database checks what it can again.
    ``expected_version`` is the version the change was based on, by default the one ``row`` was
    loaded with. Raises Conflict when the stored row is another by now, NotPossible when it is gone
    or comes to an archived company.
    """
    row.normalise()
    with acting(by):
        stored = None
        if row._state.adding:  # noqa: SLF001 - Django's own way to ask
            _prepare_new(row)
        else:
            stored = _claim(row, row.version if expected_version is None else expected_version)
        if isinstance(row, Location):
            default_location.make_room(row, stored)
        row.save()
        if isinstance(row, Location) and stored is not None:
            default_location.settle(stored.company_id)


def next_account_number() -> str:
    """Return a free account number, such as C-1042. Two callers never get the same one."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval('directory_account_number')")
            number = f"C-{cursor.fetchone()[0]}"
            if not Company.objects.filter(account_number=number).exists():
                return number


def archive(row: Row, *, by: Any, now: datetime | None = None) -> None:
    """Take ``row`` out of daily life; a company takes its locations and contacts along.

    Raises NotPossible when it is archived already.
    """
    with acting(by):
        stored = lock(row)
        if stored.archived_at is not None:
            raise NotPossible(f"{row} is archived already.")
        instant = now or timezone.now()
        if isinstance(row, Company):
            for rows in (row.locations, row.contacts):
                touch(rows.current(), archived_at=instant)
            sign_out_company(company=row, by=by)
        touch(type(row).objects.filter(pk=row.pk), archived_at=instant)
        if isinstance(row, Location):
            default_location.settle(stored.company_id)
        elif isinstance(row, Contact):
            _count_as_change_of_company(row)
    row.refresh_from_db()


def restore(row: Row, *, by: Any) -> None:
    """Undo ``archive``: with a company come back exactly the rows it took along.

    Raises NotPossible when it is not archived, was merged, or its company is archived.
    """
    with acting(by):
        stored = lock(row)
        instant = stored.archived_at
        if instant is None:
            raise NotPossible(f"{row} is not archived.")
        if getattr(stored, "merged_into", None) is not None:
            raise NotPossible(f"{row} was merged into {stored.merged_into}.")
        if isinstance(row, Company):
            for rows in (row.locations, row.contacts):
                touch(rows.filter(archived_at=instant), archived_at=None)
        elif stored.company.archived_at is not None:
            raise NotPossible(f"{stored.company} is archived; restore the company.")
        touch(type(row).objects.filter(pk=row.pk), archived_at=None)
        if isinstance(row, Contact):
            _count_as_change_of_company(row)
        else:
            default_location.settle(row.pk if isinstance(row, Company) else stored.company_id)
    row.refresh_from_db()


def tag(companies: models.QuerySet[Company], *, add: list[str], remove: list[str], by: Any) -> int:
    """Add and remove tags on many companies; returns how many changed.

    Raises NotPossible, and changes none, when a company's tags would not be such as are allowed.
    """
    changed, gone = 0, set(rules.normal_tags(remove))
    with acting(by):
        for company in companies.select_for_update(of=("self",)).order_by("id"):
            before = list(company.tags)
            tags = rules.normal_tags([*before, *add])
            company.tags = [name for name in tags if name not in gone]
            if company.tags != before:
                if complaint := rules.tags_complaint(company.tags):
                    raise NotPossible(f"{company}: {complaint}")
                company.version += 1
                company.save(update_fields=["tags", "version", "updated_at"])
                changed += 1
    return changed


def lock(row: Row) -> Any:
    """Return the stored row, locked until the transaction ends, its company before it.

    Everybody locks in this order, so nobody waits crosswise. Raises NotPossible when the row is
    gone, or moves to another company just now.
    """
    rows: Any = type(row).objects.filter(pk=row.pk)
    companies: set[Any] = set()
    if not isinstance(row, Company):
        companies = {row.company_id, *rows.values_list("company_id", flat=True)}
        lock_companies(companies)
    stored = rows.select_for_update(of=("self",)).first()
    if stored is None:
        raise NotPossible(f"{row} is gone.")
    if companies and stored.company_id not in companies:
        raise NotPossible(f"{row} moved to another company in the meantime; look again.")
    return stored


def lock_companies(keys: Collection[Any]) -> None:
    """Keep others from changing these companies, and which of their locations is the default."""
    list(Company.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("id"))


def _prepare_new(row: Row) -> None:
    row.version = 1
    if not isinstance(row, Company):
        lock_companies([row.company_id])
        _refuse_archived_company(row)
    if isinstance(row, Company) and not row.account_number:
        row.account_number = next_account_number()


def _claim(row: Row, expected: int) -> Any:
    stored = lock(row)
    if stored.version != expected:
        raise Conflict(stored)
    if not isinstance(row, Company) and row.company_id != stored.company_id:
        _refuse_archived_company(row)
    row.version = expected + 1
    # Only archive, restore and merge write these: an old form must not bring a row back.
    row.archived_at = stored.archived_at
    if isinstance(row, Company | Contact):
        row.merged_into_id = stored.merged_into_id
    return stored


def _refuse_archived_company(row: Location | Contact) -> None:
    """Look again, now that nobody can archive the company, at what validation has looked at."""
    company = Company.objects.archived().filter(pk=row.company_id).first()
    if company is not None:
        raise NotPossible(f"{company} is archived; restore it first.")


def _count_as_change_of_company(contact: Contact) -> None:
    """What clients see of the company names only current contacts, so its ETag must change too."""
    named = Q(primary_contact=contact) | Q(billing_contact=contact)
    touch(Company.objects.filter(named))
