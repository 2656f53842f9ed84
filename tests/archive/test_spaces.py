"""Opening a space, with and without Nexus."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from archive.pages.views import spaces
from archive.spaces import following
from archive.spaces.models import Space, SpaceEvent
from archive.spaces.operations import create_space
from hm_auth.exceptions import NexusUnavailable
from tests.archive.conftest import ACME, GLOBEX, work, write


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


def test_every_page_has_the_search(nexus, technician, acme_space):
    for address in ("/", "/new-space", "/spaces/acme/settings", "/spaces/acme/delete"):
        page = technician.browser.get(address).content.decode()
        assert 'action="/search"' in page, address
    assert 'value="a &lt;b"' in technician.browser.get("/search?q=a+<b").content.decode()


def test_an_empty_space_says_how_to_fill_it(technician, acme, acme_space):
    page = technician.browser.get("/spaces/acme").content.decode()
    assert "Write the first one" in page
    assert page.count('href="/spaces/acme/import"') == 2  # in the menu, too
    page = acme.browser.get("/spaces/acme").content.decode()
    assert "What is written for this space appears here." in page
    assert "/import" not in page


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


def test_a_space_gets_another_name_and_language(
    technician, shared, django_capture_on_commit_callbacks
):
    article = write(shared, technician, "Drucker", "Die Häuser", visibility="client")
    typed = {"name": "Hilfe", "language": "german"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = technician.browser.post("/spaces/help/settings", typed)
    assert answer["Location"] == "/spaces/help"
    assert "in the background" in technician.browser.get("/spaces/help").content.decode()
    shared.refresh_from_db()
    assert (shared.name, shared.language) == ("Hilfe", "german")
    work()
    article.refresh_from_db()
    assert "'haus':" in article.search  # the German word form
    event = SpaceEvent.objects.get()
    assert (event.name, event.pgh_context.metadata["url"]) == ("Hilfe", "/spaces/help/settings")
    refused = technician.browser.post("/spaces/help/settings", {"name": "", "language": "x"})
    assert refused.status_code == 200


def test_a_companys_space_has_the_name_of_nexus_only(technician, acme_space):
    technician.browser.post("/spaces/acme/settings", {"name": "Mine", "language": "french"})
    acme_space.refresh_from_db()
    assert (acme_space.name, acme_space.language) == ("Acme", "french")


def test_a_company_renamed_in_nexus_is_renamed_here_and_its_address_stays(
    acme_space, shared, monkeypatch
):
    gone = create_space(name="Gone", kind="company", company_id=GLOBEX)
    known = {ACME: {"id": str(ACME), "name": "Acme Holding"}}
    monkeypatch.setattr(following.directory, "companies_by_id", lambda *_: known)
    assert following.follow(caller=None) == 1
    assert following.follow(caller=None) == 0
    for space in (acme_space, gone, shared):
        space.refresh_from_db()
    assert (acme_space.name, acme_space.slug) == ("Acme Holding", "acme")
    assert (gone.name, shared.name) == ("Gone", "Help")


def test_an_empty_space_is_deleted_after_a_question(technician, internal, shared):
    write(shared, technician, "See", "[[handbook:Plan]]")
    page = technician.browser.get("/spaces/handbook").content.decode()
    assert 'href="/spaces/handbook/delete"' in page
    assert "/delete" not in technician.browser.get("/spaces/help").content.decode()
    asked = technician.browser.get("/spaces/handbook/delete").content.decode()
    assert "Delete “Handbook”?" in asked
    answer = technician.browser.post("/spaces/handbook/delete", follow=True)
    assert "“Handbook” is deleted." in answer.content.decode()
    assert technician.browser.get("/spaces/handbook").status_code == 404
    assert "/go/handbook/Plan" in technician.browser.get("/links/broken").content.decode()
    again = create_space(name="Handbook", kind="internal")
    assert "/go/handbook/Plan" not in technician.browser.get("/links/broken").content.decode()
    plan = write(again, technician, "Plan")
    assert "See" in technician.browser.get(f"/articles/handbook/{plan.slug}").content.decode()


def test_a_space_that_has_anything_stays_and_says_what(theirs, technician, articles, acme_space):
    for method in ("get", "post"):
        answer = getattr(technician.browser, method)("/spaces/acme/delete", follow=True)
        page = answer.content.decode()
        assert "it has 4 articles (1 in the trash), 1 record, 1 run." in page
    assert Space.objects.filter(pk=acme_space.pk).exists()


def test_only_writers_delete_spaces(billing, acme, globex, internal, shared, acme_space):
    for who in (billing, acme, globex):
        for space in (internal, shared, acme_space):
            answer = who.browser.post(f"/spaces/{space.slug}/delete")
            assert answer.status_code in (403, 404)
    assert Space.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_people_who_open_a_space_of_one_name_at_once_get_two():
    together = threading.Barrier(2, timeout=20)

    def open_some() -> None:
        for number in range(5):
            together.wait()
            create_space(name=f"Handbook {number}", kind="internal")
        connection.close()  # each person has their own

    threads = [threading.Thread(target=open_some) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = sorted(Space.objects.values_list("slug", flat=True))
    assert found == sorted(f"handbook-{n}{tail}" for n in range(5) for tail in ("", "-2"))
