"""The personas of the Nexus tests, and what every test starts from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from nexus.accounts.models import User
from nexus.directory.models import Company
from nexus.modules.models import Module
from nexus.modules.operations import ensure_nexus
from nexus.signins import keys, minting
from nexus.signins.models import SignIn

PASSWORD = "quite long enough"


@pytest.fixture(autouse=True)
def _forget_keys():
    """Each test has its own database rows, so no process cache may outlive it."""
    keys.forget()
    cache.clear()
    yield
    keys.forget()


@pytest.fixture
def acme(db: None) -> Company:
    return Company.objects.create(account_number="C-1001", name="Acme Manufacturing")


@pytest.fixture
def globex(db: None) -> Company:
    return Company.objects.create(account_number="C-1002", name="Globex Logistics")


def person(username: str, level: str, company: Company | None = None) -> User:
    """Add a user of the test's password."""
    return User.objects.create_user(
        username=username,
        email=f"{username}@msp.example",
        full_name=username.capitalize(),
        permission_level=level,
        company=company,
        password=PASSWORD,
    )


@pytest.fixture
def admin(db: None) -> User:
    return person("admin", "admin")


@pytest.fixture
def tech(db: None) -> User:
    return person("tech", "technician")


@pytest.fixture
def billing(db: None) -> User:
    return person("billing", "billing")


@pytest.fixture
def acme_user(acme: Company) -> User:
    return person("acme", "client", acme)


@pytest.fixture
def globex_user(globex: Company) -> User:
    return person("globex", "client", globex)


@pytest.fixture
def signed_in(db: None) -> Callable[[User], Client]:
    """Return a browser in which a user is signed in to Nexus: ``signed_in(tech).get("/")``."""

    def make(user: User) -> Client:
        now = timezone.now()
        row = SignIn.objects.create(user=user, expires_at=now + timedelta(hours=24))
        browser = Client()
        session = browser.session
        session["sid"] = str(row.pk)
        session.save()
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return browser

    return make


@pytest.fixture
def signing_key(db: None) -> None:
    """A key, so that tokens can be made."""
    keys.announce_key()
    keys.forget()


@pytest.fixture
def treasury(db: None) -> Module:
    """A registered module; its secret is ``treasury.secret``."""
    module = Module(client_id="treasury", name="Treasury", url="http://127.0.0.1:5001")
    secret = module.new_secret()
    module.save()
    module.secret = secret
    return module


@pytest.fixture
def archive(db: None) -> Module:
    """A second module; its secret is ``archive.secret``."""
    module = Module(client_id="archive", name="Archive", url="http://127.0.0.1:5003")
    secret = module.new_secret()
    module.save()
    module.secret = secret
    return module


@pytest.fixture
def api(signing_key: None) -> Callable[[User | Module], APIClient]:
    """Return a caller of the API with a real token, of a person or of a module: ``api(tech)``."""

    def make(caller: User | Module) -> APIClient:
        if isinstance(caller, Module):
            caller.save(update_fields=["scopes"])  # a scope counts while it is stored
            token = minting.service_token(module=caller)
        else:
            now = timezone.now()
            row = SignIn.objects.create(user=caller, expires_at=now + timedelta(hours=24))
            token = minting.access_token(user=caller, sid=row.pk, client_id="direct")
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return make


@pytest.fixture
def nexus_module(db: None) -> Module:
    """The row of Nexus itself, which its own sign-in page asks for."""
    return ensure_nexus(url=settings.PUBLIC_URL)
