"""Records: types, values, who sees them, two edits at once, what expires, reminders."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from archive.records import operations, reminders
from archive.records.models import Expiry, Field, Record, RecordType
from archive.records.rules import asks_for_a_secret, canonical, notice
from archive.spaces.operations import create_space
from hm_auth import nexus
from hm_auth.answers import Answer
from tests.archive.conftest import ACME, GLOBEX

TODAY = date(2026, 11, 24)


@pytest.fixture
def domains(admin):
    kind = RecordType(name="Domains", open_to_clients=True, remind=["ops@msp.example"])
    operations.save_type(type=kind, by=admin.user)
    for name, of, more in (
        ("Registrar", "text", {"required": True}), ("Ends", "date", {"expires": True}),
        ("Seats", "number", {}), ("Panel", "url", {}), ("Runbook", "article", {}),
        ("Owner", "company", {}),
    ):  # fmt: skip
        operations.save_field(field=Field(type=kind, name=name, kind=of, **more), by=admin.user)
    return kind


def key(kind, name):
    return str(kind.fields.get(name=name).pk)


def record(kind, space, by, name="acme.example", **values):
    values = {key(kind, field): value for field, value in {"Registrar": "Gandi", **values}.items()}
    return operations.create_record(type=kind, space=space, name=name, values=values, by=by.user)


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", "  a\r\nb ", "a\nb"), ("number", "12.50", "12.50"), ("number", "-3", "-3"),
        ("date", "2026-12-31", "2026-12-31"), ("url", "https://a.example/x?y", "https://a.example/x?y"),
        ("article", "0E0C3F0E-0000-4000-8000-000000000001", "0e0c3f0e-0000-4000-8000-000000000001"),
        ("date", "", ""), ("number", None, ""),
    ],
)  # fmt: skip
def test_a_value_is_stored_in_one_form(kind, typed, stored):
    assert canonical(kind, typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "1e5"), ("number", "NaN"), ("number", "1,5"), ("number", "٣"),
        ("number", "1" * 19), ("date", "31.12.2026"), ("date", "2026-02-30"),
        ("url", "javascript:alert(1)"), ("url", "https://"), ("url", "//a.example"),
        ("url", "https://u:hunter2@a.example"), ("url", "https://a.example/ b"), ("url", "http://[x"),
        ("company", "42"), ("text", "x" * 2001),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(kind, typed):
    with pytest.raises(ValueError):
        canonical(kind, typed)


@pytest.mark.parametrize(
    ("days", "stage"),
    [(-1, 0), (0, 0), (1, 30), (30, 30), (31, 60), (60, 60), (90, 90), (91, None)],
)
def test_a_notice_comes_on_its_day(days, stage):
    assert notice(TODAY + timedelta(days=days), TODAY) == stage


@pytest.mark.parametrize("name", ["Password", "admin_password", "API key", "PIN", "Secrets"])
def test_no_field_asks_for_a_secret(domains, admin, name):
    assert asks_for_a_secret(name)
    with pytest.raises(operations.NotPossible):
        operations.save_field(field=Field(type=domains, name=name), by=admin.user)
    assert not asks_for_a_secret("Pinned to")
    assert not asks_for_a_secret("Key contact")


def test_the_database_holds_what_the_form_says(domains, admin, acme_space):
    with pytest.raises(ValidationError, match="Only a date can expire"):
        operations.save_field(field=Field(type=domains, name="X", expires=True), by=admin.user)
    with pytest.raises(ValidationError, match="field of this name"):
        operations.save_field(field=Field(type=domains, name="Ends"), by=admin.user)
    with pytest.raises(ValidationError, match="type of this name"):
        operations.save_type(type=RecordType(name="Domains"), by=admin.user)
    with pytest.raises(IntegrityError, match="only_dates_expire"), transaction.atomic():
        Field.objects.filter(name="Registrar").update(expires=True)
    found = record(domains, acme_space, admin)
    field = domains.fields.get(name="Seats")
    field.kind = "text"
    with pytest.raises(operations.NotPossible, match="kind of a field stays"):
        operations.save_field(field=field, by=admin.user)
    operations.move_to_trash(record=found, by=admin.user)
    with pytest.raises(operations.NotPossible, match="has records"):
        operations.delete_type(type=domains, by=admin.user)


def test_an_admin_makes_a_type_and_a_technician_fills_it_in(admin, technician, acme_space):
    admin.browser.post("/record-types/new", {"name": "Licences", "remind": "a@b.example, x"})
    assert not RecordType.objects.exists()  # "x" is no address
    answer = admin.browser.post("/record-types/new", {"name": "Licences", "remind": ""})
    assert answer.url == "/record-types/licences"
    typed = {"name": "Renewal", "kind": "date", "expires": "on", "position": "0"}
    assert admin.browser.post("/record-types/licences/fields/new", typed).status_code == 302
    field = Field.objects.get()
    page = technician.browser.get("/records/licences/new?space=acme").content.decode()
    assert "no vault in this release" in page
    assert "Renewal" in page
    typed = {"name": "Office", "space": str(acme_space.pk), str(field.pk): "2026-12-01"}
    answer = technician.browser.post("/records/licences/new", typed)
    found = Record.objects.get()
    assert answer.url == f"/records/licences/{found.pk}"
    assert "1 Dec 2026" in technician.browser.get(answer.url).content.decode()
    bad = technician.browser.post(
        "/records/licences/new", {**typed, str(field.pk): "soon", "name": "Kept"}
    )
    assert bad.status_code == 200
    assert "Kept" in bad.content.decode()
    assert technician.browser.get("/record-types/new").status_code == 403


def test_the_second_of_two_edits_is_told_and_loses_nothing(
    domains, technician, colleague, acme_space
):
    found = record(domains, acme_space, technician)
    address = f"/records/domains/{found.pk}/edit"
    typed = {"name": "mine.example", "version": "1", key(domains, "Registrar"): "OVH"}
    assert colleague.browser.post(address, {**typed, "name": "theirs.example"}).status_code == 302
    answer = technician.browser.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "mine.example" in page
    assert "Mira" in page
    assert Record.objects.get().name == "theirs.example"
    assert technician.browser.post(address, {**typed, "version": "2"}).status_code == 302
    history = technician.browser.get(f"/records/domains/{found.pk}/history").content.decode()
    assert "theirs.example" in history
    assert "mine.example" in history
    assert "Gandi" in history


@pytest.mark.parametrize("who", ["admin", "technician", "billing", "acme", "globex"])
def test_records_are_there_for_their_readers_only(
    request, domains, admin, acme_space, internal, who
):
    closed = operations.save_type(type=RecordType(name="Networks"), by=admin.user)
    rows = {
        "open": record(domains, acme_space, admin, name="acme-open"),
        "closed": operations.create_record(
            type=closed, space=acme_space, name="acme-closed", values={}, by=admin.user),
        "internal": record(domains, internal, admin, name="ours-internal"),
        "trashed": record(domains, acme_space, admin, name="acme-trashed"),
    }  # fmt: skip
    operations.move_to_trash(record=rows["trashed"], by=admin.user)
    staff = who in ("admin", "technician", "billing")
    reads = set(rows) if staff else {"open"} if who == "acme" else set()
    browser = request.getfixturevalue(who).browser
    lists = browser.get("/records/domains").content.decode()
    for name, row in rows.items():
        for route, method, allowed in (
            ("record", "get", True), ("record-history", "get", staff),
            ("record-edit", "get", who in ("admin", "technician")),
            ("record-delete", "post", who in ("admin", "technician")),
            ("record-undelete", "post", who in ("admin", "technician")),
        ):  # fmt: skip
            before = Record.objects.values().get(pk=row.pk)
            answer = getattr(browser, method)(reverse(route, args=[row.type.slug, row.pk]))
            wanted = {404} if name not in reads else {200, 302} if allowed else {403}
            assert answer.status_code in wanted, (route, name)
            if wanted & {403, 404}:
                assert Record.objects.values().get(pk=row.pk) == before
        shown = name in reads and name in ("open", "internal")
        assert (row.name in lists) == shown, name
    assert browser.get("/records/networks").status_code == (200 if staff else 404)
    assert ("Networks" in browser.get("/records").content.decode()) == staff
    assert browser.get("/expiring").status_code == (200 if staff else 403)
    count = {"acme": 1, "globex": 0, "billing": 2}.get(who, 3)  # writers put one back
    assert RecordType.objects.counted_for(request.getfixturevalue(who).user).get(
        slug="domains").records_seen == count  # fmt: skip


def test_a_reference_does_not_name_what_its_reader_may_not_see(
    domains, articles, acme_space, acme, admin
):
    globex = create_space(name="Globex Secret Name", kind="company", company_id=GLOBEX)
    found = record(
        domains, acme_space, admin, Runbook=str(articles["acme_internal"].pk),
        Owner=str(globex.company_id),
    )  # fmt: skip
    address = f"/records/domains/{found.pk}"
    assert "Zebra firewall" in admin.browser.get(address).content.decode()
    page = acme.browser.get(address).content.decode()
    assert "Zebra firewall" not in page
    assert "Globex" not in page
    assert "not to be seen" in page


def test_a_program_of_a_client_gets_null_for_what_its_person_may_not_see(
    domains, technician, acme, articles, acme_space, monkeypatch, django_assert_max_num_queries
):
    operations.save_field(field=Field(type=domains, name="Who", kind="contact"), by=technician.user)
    ours, theirs = str(uuid.uuid4()), str(uuid.uuid4())

    def get(_path, params, **_options):
        wanted = set(params["id__in"].split(","))
        return Answer({"results": [{"id": ours, "full_name": "Ann"}] if ours in wanted else []}, 0)

    monkeypatch.setattr(nexus.client, "get", get)
    seen = {"Runbook": str(articles["acme"].pk), "Owner": str(ACME), "Who": ours}
    hidden = {"Runbook": str(articles["acme_internal"].pk), "Owner": str(GLOBEX), "Who": theirs}
    rows = [record(domains, acme_space, technician, name=n, **v)
            for n, v in (("a.example", seen), ("b.example", hidden))]  # fmt: skip
    with django_assert_max_num_queries(7):
        listed = acme.browser.get("/api/records/?ordering=name").json()["results"]
    for row, values, each in zip(rows, (seen, dict.fromkeys(hidden)), listed, strict=True):
        expected = {key(domains, name): value for name, value in values.items()}
        assert each["values"] == {key(domains, "Registrar"): "Gandi", **expected}
        assert acme.browser.get(f"/api/records/{row.pk}/").json()["values"] == each["values"]
        staff = technician.browser.get(f"/api/records/{row.pk}/").json()["values"]
        assert None not in staff.values()
    operations.delete_field(field=domains.fields.get(name="Who"), by=technician.user)
    for row in rows:  # the ids of a field that is gone are nobody's to learn
        assert not {ours, theirs} & set(
            acme.browser.get(f"/api/records/{row.pk}/").json()["values"].values()
        )


def test_the_expiry_list_follows_the_records(domains, technician, acme_space):
    today = timezone.localdate()
    found = record(domains, acme_space, technician, Ends=str(today + timedelta(days=40)))
    late = record(
        domains, acme_space, technician, name="late.example", Ends=str(today - timedelta(days=2))
    )
    page = technician.browser.get("/expiring?days=30").content.decode()
    assert "late.example" in page
    assert "Overdue" in page
    assert "acme.example" not in page
    assert "acme.example" in technician.browser.get("/expiring?days=60&space=acme").content.decode()
    values = {**found.values, key(domains, "Ends"): ""}
    operations.save_record(
        record=found, name="acme.example", values=values, expected_version=1, by=technician.user
    )
    operations.move_to_trash(record=late, by=technician.user)
    assert "Nothing expires" in technician.browser.get("/expiring?days=3650").content.decode()
    with pytest.raises(operations.InvalidValues):
        operations.save_record(
            record=found, name="x", values={"nonsense": "1"}, expected_version=2, by=technician.user
        )


def test_a_field_marked_later_brings_the_dates_that_are_there(
    domains, admin, technician, acme_space
):
    record(domains, acme_space, technician, Ends="2027-01-01")
    field = domains.fields.get(name="Ends")
    for marked, count in ((False, 0), (True, 1)):
        field.expires = marked
        operations.save_field(field=field, by=admin.user)
        assert Expiry.objects.count() == count


def test_each_notice_is_mailed_once(domains, technician, acme_space, monkeypatch):
    found = record(domains, acme_space, technician, Ends=str(TODAY + timedelta(days=80)))
    assert reminders.send(today=TODAY) == 1
    assert reminders.send(today=TODAY) == 0
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["ops@msp.example"]
    assert "acme.example" in mail.outbox[0].body
    assert str(found.pk) in mail.outbox[0].body
    assert reminders.send(today=TODAY + timedelta(days=60)) == 1  # 20 days: one mail, not two
    values = {**found.values, key(domains, "Ends"): str(TODAY + timedelta(days=85))}
    operations.save_record(
        record=found, name="n", values=values, expected_version=1, by=technician.user
    )
    assert reminders.send(today=TODAY) == 1  # a new date is new
    operations.move_to_trash(record=found, by=technician.user)
    assert reminders.send(today=TODAY + timedelta(days=90)) == 0
    call_command("send_expiry_reminders")


def test_a_mail_that_fails_is_sent_by_the_next_run(domains, technician, acme_space, settings):
    record(domains, acme_space, technician, Ends=str(TODAY))
    settings.EMAIL_BACKEND, good = "tests.archive.test_records.Broken", settings.EMAIL_BACKEND
    with pytest.raises(CommandError, match="no mail server"):
        call_command("send_expiry_reminders")
    settings.EMAIL_BACKEND = good
    assert reminders.send(today=TODAY) == 1


class Broken:
    def __init__(self, **_):
        pass

    def send_messages(self, messages):
        raise OSError("no mail server")


def test_lists_cost_few_queries(domains, technician, acme_space, django_assert_max_num_queries):
    for number in range(20):
        record(
            domains,
            acme_space,
            technician,
            name=f"n{number}.example",
            Ends=str(timezone.localdate()),
        )
    for address in ("/records/domains?q=n1&sort=changed", "/expiring", "/records"):
        with django_assert_max_num_queries(6):
            assert technician.browser.get(address).status_code == 200
    page = technician.browser.get("/records/domains?q=GANDI n19").content.decode()
    assert "n19.example" in page
    assert "n18.example" not in page
