"""The five personas, a space of each kind, and an article of each sort of visibility."""

from __future__ import annotations

import base64
import uuid

import pytest
from django.core.files.base import ContentFile
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from archive.articles import operations
from archive.articles.models import Article
from archive.articles.operations import Draft
from archive.attachments.operations import attach
from archive.discussion import operations as discussion
from archive.exchange import operations as imports
from archive.records import operations as records
from archive.records.models import RecordType
from archive.runbooks import operations as runs
from archive.spaces.models import Space
from archive.spaces.operations import create_space
from hm_auth.permissions import Level
from hm_auth.testing import Person, signed_in

ACME = uuid.UUID("00000000-0000-4000-8000-00000000ac3e")
GLOBEX = uuid.UUID("00000000-0000-4000-8000-000000091ebe")


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def person(level: Level, company: uuid.UUID | None = None, name: str = "") -> Person:
    return signed_in(level, company=company, name=name)


@pytest.fixture
def admin(db):
    return person(Level.ADMIN)


@pytest.fixture
def technician(db):
    return person(Level.TECHNICIAN, name="Theo")


@pytest.fixture
def colleague(db):
    return person(Level.TECHNICIAN, name="Mira")


@pytest.fixture
def billing(db):
    return person(Level.BILLING)


@pytest.fixture
def acme(db):
    return person(Level.CLIENT, ACME)


@pytest.fixture
def globex(db):
    """The outsider."""
    return person(Level.CLIENT, GLOBEX)


@pytest.fixture
def internal(db) -> Space:
    return create_space(name="Handbook", kind="internal")


@pytest.fixture
def shared(db) -> Space:
    return create_space(name="Help", kind="shared")


@pytest.fixture
def acme_space(db) -> Space:
    return create_space(name="Acme", kind="company", company_id=ACME)


def write(space: Space, by: Person, title: str, source: str = "Text.", **more: object) -> Article:
    draft = Draft(title=title, source=source, **more)
    return operations.create(space=space, draft=draft, by=by.user)


def work() -> None:
    """Do what waits for the worker; a worker itself would close the test's connection."""
    for row in DBTaskResult.objects.all():
        import_string(row.task_path).call(*row.args_kwargs["args"])


@pytest.fixture
def articles(technician, internal, shared, acme_space) -> dict[str, Article]:
    """One of each: ``acme``, ``acme_internal``, ``acme_trashed``, ``shared``, ``internal``, …"""
    made = {
        "acme": write(acme_space, technician, "Zebra printer", "Zebra", visibility="client"),
        "acme_internal": write(acme_space, technician, "Zebra firewall", "Zebra"),
        "acme_trashed": write(acme_space, technician, "Zebra gone", "Zebra", visibility="client"),
        "shared": write(shared, technician, "Zebra basics", "Zebra", visibility="client"),
        "shared_internal": write(shared, technician, "Zebra draft", "Zebra"),
        "internal": write(internal, technician, "Zebra handbook", "Zebra"),
        # Marked for clients by mistake; the space is the staff's all the same.
        "internal_open": write(internal, technician, "Zebra slip", "Zebra", visibility="client"),
    }
    operations.move_to_trash(article=made["acme_trashed"])
    return made


@pytest.fixture
def theirs(articles, admin, technician, acme, acme_space):
    """One of everything that is Acme's, opened to Acme's people as far as it can be."""
    article = articles["acme"]
    kind = records.save_type(type=RecordType(name="Domains", open_to_clients=True), by=admin.user)
    book = write(acme_space, technician, "Book", "- [ ] Step", visibility="client")
    Article.objects.filter(pk=book.pk).update(kind="runbook")
    book.refresh_from_db()
    return {
        "article": article,
        "attachment": attach(
            name="p.png", content=ContentFile(PNG), by=technician.user, article=article
        ),
        "comment": discussion.comment(article=article, text="Why?", by=acme.user),
        "record": records.create_record(
            type=kind, space=acme_space, name="a.example", values={}, by=admin.user
        ),
        "import": imports.stage(space=acme_space, name="a.md", content=b"# A", by=technician.user),
        "run": runs.start(article=book, space=acme_space, by=admin.user),
        "space": acme_space,
    }
