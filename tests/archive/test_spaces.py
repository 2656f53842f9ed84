"""Opening a space, with and without Nexus."""

from __future__ import annotations

import pytest

from archive.pages.views import spaces
from archive.spaces.models import Space
from hm_auth.exceptions import NexusUnavailable
from tests.archive.conftest import ACME, GLOBEX


@pytest.fixture
def nexus(monkeypatch):
    """Nexus, which is outside, knows one company."""
    rows = [{"id": str(ACME), "name": "Acme Manufacturing"}]
    monkeypatch.setattr(spaces.directory, "iter_companies", lambda *_, **__: iter(rows))


@pytest.fixture
def silence(monkeypatch):
    def silent(*_, **__):
        raise NexusUnavailable

    monkeypatch.setattr(spaces.directory, "iter_companies", silent)


def test_a_company_gets_one_space_under_its_name(nexus, technician, acme, globex):
    typed = {"kind": "company", "company": str(ACME), "name": "Ignored"}
    answer = technician.browser.post("/new-space", typed)
    assert answer["Location"] == "/spaces/acme-manufacturing"
    assert acme.browser.get("/spaces/acme-manufacturing").status_code == 200
    assert globex.browser.get("/spaces/acme-manufacturing").status_code == 404
    again = technician.browser.post("/new-space", typed)
    assert again.status_code == 200
    assert Space.objects.count() == 1


def test_an_internal_space_belongs_to_no_company(nexus, technician, acme):
    typed = {"kind": "internal", "company": str(ACME), "name": "Handbook"}
    technician.browser.post("/new-space", typed)
    assert Space.objects.get().company_id is None
    assert acme.browser.get("/spaces/handbook").status_code == 404


@pytest.mark.parametrize("typed", [{"kind": "company"}, {"kind": "internal"}, {"kind": "x"}, {}])
def test_half_a_space_is_none(nexus, technician, typed):
    assert technician.browser.post("/new-space", typed).status_code == 200
    assert not Space.objects.exists()


def test_without_nexus_other_spaces_can_be_opened(silence, technician):
    page = technician.browser.get("/new-space").content.decode()
    assert "Nexus does not answer" in page
    technician.browser.post("/new-space", {"kind": "shared", "name": "Help"})
    assert Space.objects.get().kind == "shared"


def test_only_writers_open_spaces(billing, acme):
    for person in (billing, acme):
        assert person.browser.post("/new-space", {"kind": "shared", "name": "x"}).status_code == 403
    assert not Space.objects.exists()


def test_other_services_find_a_companys_space_by_its_id(acme_space, acme, globex, technician):
    address = f"/companies/{ACME}"
    for who in (acme, technician):
        assert who.browser.get(address)["Location"] == "/spaces/acme"
    assert globex.browser.get(address).status_code == 404
    page = technician.browser.get(f"/companies/{GLOBEX}", follow=True).content.decode()
    assert "Nothing has been written about this company yet." in page
