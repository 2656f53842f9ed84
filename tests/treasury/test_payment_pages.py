"""The pages about money: who reaches them, and what a clerk and a client see there."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hm_auth.permissions import Level
from tests.treasury.money import billed, euros, paid, state
from tests.treasury.people import ACME, GLOBEX, signed_in
from treasury.clients.models import ClientTerms
from treasury.dunning import suggestions
from treasury.dunning.models import Notice
from treasury.invoices.credit_notes import issue_credit_note
from treasury.payments import operations
from treasury.payments.models import Allocation, Payment, Refund
from treasury.receivables import views as receivables
from treasury.seller.models import Seller

pytestmark = pytest.mark.django_db
LONG_AGO = date(2025, 11, 3)


@pytest.fixture
def people(nexus):
    return {
        "admin": signed_in(Level.ADMIN, access=nexus.access("admin")),
        "billing": signed_in(Level.BILLING, access=nexus.access("billing")),
        "technician": signed_in(Level.TECHNICIAN, access=nexus.access("tech")),
        "acme": signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME))),
        "globex": signed_in(
            Level.CLIENT, GLOBEX, access=nexus.access("globex", company=str(GLOBEX))
        ),
    }


@pytest.fixture
def clerk(people):
    return people["billing"]


def text_of(answer) -> str:
    body = answer.getvalue() if answer.streaming else answer.content
    return re.sub(r"\s+", " ", body.decode())


STAFF_ONLY = (200, 200, 403, 403, 403)


def test_each_level_reaches_exactly_its_pages(people):
    invoice = billed("100.00")
    payment = paid("150.00")
    refund = operations.refund(
        operations.Back(uuid.uuid4(), ACME, "Acme", timezone.localdate(), euros("1.00")), by=None
    )
    other = billed("10.00")
    allocation = Allocation.objects.filter(invoice=invoice).get()
    nowhere = uuid.uuid4()
    addresses = {
        reverse("payments"): STAFF_ONLY,
        reverse("payment-new"): STAFF_ONLY,
        reverse("payments-import"): STAFF_ONLY,
        reverse("payment", args=[payment.pk]): STAFF_ONLY,
        reverse("payment", args=[nowhere]): (404, 404, 403, 403, 403),
        reverse("payment-reverse", args=[payment.pk]): STAFF_ONLY,
        reverse("allocation-undo", args=[allocation.pk]): STAFF_ONLY,
        reverse("invoice-use-credit", args=[other.pk]): STAFF_ONLY,
        reverse("invoice-write-off", args=[other.pk]): STAFF_ONLY,
        reverse("invoice-credit", args=[other.pk]): STAFF_ONLY,
        reverse("invoice-credit", args=[nowhere]): (404, 404, 403, 403, 403),
        reverse("client-credit", args=[ACME]): STAFF_ONLY,
        reverse("client-credit", args=[nowhere]): (404, 404, 403, 403, 403),
        reverse("refund-reverse", args=[refund.pk]): STAFF_ONLY,
        reverse("receivables"): STAFF_ONLY,
        reverse("dunning"): STAFF_ONLY,
        reverse("statement", args=[ACME]): (200, 200, 403, 200, 404),
        reverse("statement", args=[ACME]) + "?as=csv": (200, 200, 403, 200, 404),
        reverse("statement", args=[ACME]) + "?as=print": (200, 200, 403, 200, 404),
        reverse("statement", args=[GLOBEX]): (200, 200, 403, 404, 200),
        reverse("statement", args=[nowhere]): (404, 404, 403, 404, 404),
        reverse("own-statement"): (302, 302, 403, 302, 302),
        reverse("invoice", args=[invoice.pk]): (200, 200, 403, 200, 404),
    }
    for address, expected in addresses.items():
        answers = tuple(client.get(address).status_code for client in people.values())
        assert answers == expected, address
    for name in ("dunning-decide", "payments-import-preview"):
        address = reverse(name)
        refused = [people[who].post(address).status_code for who in ("technician", "acme")]
        assert refused == [403, 403]


def test_a_clerk_sees_what_a_payment_will_pay_before_it_is_recorded(clerk):
    newer, older = billed("100.00", days=60), billed("50.00", days=10)
    address = reverse("payment-new") + f"?company={ACME}&amount=70"
    page = text_of(clerk.get(address))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = {
        "id": fields["id"], "company": str(ACME), "amount": "70", "currency": "EUR",
        "received_on": timezone.localdate().isoformat(), "method": "transfer", "reference": "Rent",
    }  # fmt: skip
    preview = text_of(clerk.post(address, form))
    assert "Nothing is left over" in preview
    assert not Payment.objects.exists()
    seen = re.search(r'name="seen" value="(\w+)"', preview).group(1)
    changed = text_of(clerk.post(address, {**form, "seen": seen, "amount": "80"}))
    assert "not what you saw before" in changed
    chosen = {**form, "chosen": str(newer.pk)}
    again = text_of(clerk.post(address, chosen))
    seen = re.search(r'name="seen" value="(\w+)"', again).group(1)
    done = clerk.post(address, {**chosen, "seen": seen}, follow=True)
    assert "70.00 EUR is recorded" in text_of(done)
    assert (state(newer)[1], state(older)[1]) == (50, 60)
    twice = clerk.post(address, {**chosen, "seen": seen}, follow=True)
    assert Payment.objects.count() == 1, text_of(twice)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("amount", "0", "more than nothing"),
        ("amount", "1.001", "more places than EUR has"),
        ("amount", "NaN", "Enter a number"),
        ("company", str(uuid.uuid4()), "valid choice"),
        ("received_on", "2999-01-01", "has not come yet"),
        ("currency", "eur", "capital letters"),
    ],
)
def test_a_payment_that_is_refused_keeps_what_was_typed(clerk, field, value, message):
    billed("1.00")
    form = {
        "id": str(uuid.uuid4()), "company": str(ACME), "amount": "5", "currency": "EUR",
        "received_on": "2025-11-10", "method": "transfer", "reference": "What I typed",
    }  # fmt: skip
    page = text_of(clerk.post(reverse("payment-new"), {**form, field: value}))
    assert message in page
    assert "What I typed" in page
    assert not Payment.objects.exists()


def test_a_clerk_reverses_a_payment_with_a_day_and_a_reason(clerk):
    invoice = billed("100.00")
    payment = paid("120.00")
    address = reverse("payment-reverse", args=[payment.pk])
    refused = text_of(clerk.post(address, {"day": "2025-11-01", "reason": "Bounced"}))
    assert "before the money moved" in refused
    done = text_of(clerk.post(address, {"day": "2025-11-20", "reason": "Bounced"}, follow=True))
    assert "what it paid is open again" in done
    assert "Bounced" in done
    assert state(invoice) == ("issued", 120)
    payment.refresh_from_db()
    assert payment.reversed_by.username == "billing"


def test_a_clerk_credits_a_line_after_looking_at_the_note(clerk, people):
    invoice = billed("100.00", "50.00")
    address = reverse("invoice-credit", args=[invoice.pk])
    form = {"line-1": "25", "reason": "Half the <b>printer</b>", "seen": "0.00"}
    for wrong, message in (
        ({"line-1": "x"}, "is no amount"),
        ({"line-1": "100.01"}, "is left to credit"),
        ({"reason": " "}, "Say why"),
        ({"line-1": ""}, "Give an amount"),
    ):
        page = text_of(clerk.post(address, {**form, **wrong, "step": "issue"}))
        assert message in page
    preview = text_of(clerk.post(address, {**form, "step": "preview"}))
    assert "−30.00 EUR" in preview
    assert "&lt;b&gt;printer" in preview
    done = clerk.post(address, {**form, "step": "issue"}, follow=True)
    assert "CRN-00001 is issued: 30.00 EUR back." in text_of(done)
    again = text_of(clerk.post(address, {**form, "step": "issue"}))
    assert "credited meanwhile" in again
    note = invoice.credit_notes.get()
    assert "INV-00001" in text_of(people["acme"].get(reverse("invoice", args=[note.pk])))
    assert people["globex"].get(reverse("invoice", args=[note.pk])).status_code == 404


def test_the_page_of_an_invoice_shows_what_is_paid_and_to_clients_no_more(clerk, people):
    invoice = billed("100.00")
    paid("50.00")
    operations.write_off(invoice, amount=euros("1.00"), reason="Between us", day=LONG_AGO, by=None)
    here = reverse("invoice", args=[invoice.pk])
    for_clerk = text_of(clerk.get(here))
    assert all(words in for_clerk for words in ("69.00 EUR", "Between us", "Write off", "Undo"))
    days = "?first=2025-01-01&last=2025-12-31"
    for suffix in ("", "&as=csv", "&as=print"):
        own = reverse("statement", args=[ACME]) + days + suffix
        assert "Between us" in text_of(clerk.get(own))
        stated = text_of(people["acme"].get(own))
        assert "Written off" in stated
        assert "Between us" not in stated
    for_client = text_of(people["acme"].get(here))
    assert "69.00 EUR" in for_client
    for words in ("Between us", "/payments", "/write-off", "Undo"):
        assert words not in for_client


def test_credit_is_used_written_off_and_undone_from_the_invoice(clerk):
    paid("50.00")
    invoice = billed("100.00")
    clerk.post(reverse("invoice-use-credit", args=[invoice.pk]))
    assert state(invoice) == ("partly_paid", 70)
    clerk.post(reverse("invoice-write-off", args=[invoice.pk]), {"amount": "70", "reason": "Gone"})
    assert state(invoice) == ("paid", 0)
    off = Allocation.objects.get(payment=None)
    clerk.post(reverse("allocation-undo", args=[off.pk]))
    assert state(invoice) == ("partly_paid", 70)


def test_credit_is_paid_back_and_that_can_be_reversed(clerk):
    billed("1.00")
    paid("51.20")
    address = reverse("client-credit", args=[ACME])
    form = {
        "id": str(uuid.uuid4()), "amount": "50.01", "currency": "EUR", "method": "transfer",
        "paid_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert "has 50.00 EUR of credit" in text_of(clerk.post(address, form))
    clerk.post(address, {**form, "amount": "50"})
    refund = Refund.objects.get()
    day = timezone.localdate().isoformat()
    clerk.post(reverse("refund-reverse", args=[refund.pk]), {"day": day, "reason": "Came back"})
    assert "50.00 EUR to use" in text_of(clerk.get(address))


def test_the_list_is_searched_and_filtered_and_costs_the_same_for_many(
    clerk, django_assert_num_queries
):
    first = paid("1.00", reference="Rent = 4")
    paid("2.00", company=GLOBEX, bank_reference="BK-77")
    billed("2.00", company=GLOBEX)
    page = reverse("payments")
    assert "Globex" not in text_of(clerk.get(page + "?q=rent"))
    assert "Acme" not in text_of(clerk.get(page + "?q=bk-77"))
    assert "No such payment" in text_of(clerk.get(page + "?state=reversed"))
    assert str(first.pk) in text_of(clerk.get(page + "?state=credit&method=transfer"))
    assert clerk.get(page + "?q=%00&state=x&after=x").status_code == 200
    queries = _queries(clerk, page)
    for _ in range(8):
        paid("1.00")
    assert _queries(clerk, page) == queries


def _queries(client, page: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        client.get(page)
    return len(found)


def test_no_cell_of_a_statement_or_of_receivables_is_a_formula(clerk, people):
    billed("100.00")
    paid("10.00", reference="=HYPERLINK(1)")
    days = "?first=2025-01-01&last=2025-12-31&as=csv"
    csv = text_of(people["acme"].get(reverse("statement", args=[ACME]) + days))
    assert "Payment,'=HYPERLINK(1),-10.00,110.00,EUR" in csv
    aged = text_of(clerk.get(reverse("receivables") + "?as=csv"))
    assert "Acme,EUR," in aged
    assert ",110.00,0.00" in aged


def test_receivables_are_sorted_and_looked_at_as_of_a_past_day(clerk):
    billed("100.00")
    billed("200.00", company=GLOBEX, days=5000)
    page = reverse("receivables")
    names = re.findall(r"<bdi>(Acme|Globex)</bdi>", text_of(clerk.get(page + "?sort=current")))
    assert names == ["Globex", "Acme"]
    assert "As it was on" in text_of(clerk.get(page + "?on=2025-11-04"))
    assert "Nothing is open" in text_of(clerk.get(page + "?on=2025-11-01"))
    refused = clerk.get(page + f"?on={timezone.localdate() + timedelta(days=30)}")
    assert (refused.status_code, "Nobody knows yet" in text_of(refused)) == (400, True)
    assert clerk.get(page + "?on=x").status_code == 400


def test_a_statement_of_days_that_end_before_they_begin_is_refused(clerk):
    billed("1.00")
    answer = clerk.get(reverse("statement", args=[ACME]) + "?first=2025-12-01&last=2025-01-01")
    assert answer.status_code == 400
    assert "before the first" in text_of(answer)


def test_a_clerk_approves_and_dismisses_suggestions(clerk):
    Seller.objects.create(name="Hive")
    ClientTerms.objects.create(company_id=ACME, invoice_emails=["pay@acme.test"])
    today = timezone.localdate()
    invoices = [billed("100.00", on=today - timedelta(days=40), days=30) for _ in range(2)]
    page = text_of(clerk.get(reverse("dunning")))
    keys = re.findall(r'name="pick" value="([^"]+)"', page)
    assert len(keys) == 2
    assert "Dear Acme," in page
    decide = reverse("dunning-decide")
    asked = text_of(clerk.post(decide, {"do": "approve", "pick": keys[0]}))
    assert "Approve 1 suggestion?" in asked
    assert not Notice.objects.exists()
    clerk.post(decide, {"do": "confirmed", "pick": keys[0]})
    assert Notice.objects.get().invoice == invoices[0]
    assert "Say why" in text_of(clerk.post(decide, {"do": "dismiss", "pick": keys[1]}, follow=True))
    clerk.post(decide, {"do": "dismiss", "pick": keys[1], "reason": "They called"})
    left = text_of(clerk.get(reverse("dunning")))
    assert "Nothing to remind of" in left
    assert "They called" in left


def test_the_menu_leads_billing_to_money_and_nobody_else(people):
    home = text_of(people["billing"].get(reverse("payments")))
    assert 'href="/payments"' in home
    assert 'href="/receivables"' in home
    assert 'href="/payments"' not in text_of(people["acme"].get(reverse("invoices")))


def test_a_client_finds_the_statement_from_the_invoices(people):
    issue_credit_note(billed("1.00"), amounts=None, reason="x", today=timezone.localdate(), by=None)
    billed("100.00")
    paid("20.00")
    seen = text_of(people["acme"].get(reverse("invoices")))
    assert reverse("own-statement") in seen
    assert "100.00 EUR" in seen, "what is open, taxes included"


def test_more_suggestions_than_a_page_holds_are_on_the_next(clerk, monkeypatch):
    monkeypatch.setattr(suggestions, "SIZE", 2)
    Seller.objects.create(name="Hive")
    ClientTerms.objects.create(company_id=ACME, invoice_emails=["pay@acme.test"])
    today = timezone.localdate()
    for days in (90, 80, 70, 60, 50):
        billed("100.00", on=today - timedelta(days=days), days=30)
    first = text_of(clerk.get(reverse("dunning")))
    assert "5 invoices wait for a decision" in first
    pages = [first]
    while link := re.search(r'href="(\?after=[^"]+)"', pages[-1]):
        pages.append(text_of(clerk.get(reverse("dunning") + link[1])))
    shown = [re.findall(r">(INV-\d+)</a></td>", page) for page in pages]
    assert shown == [["INV-00001", "INV-00002"], ["INV-00003", "INV-00004"], ["INV-00005"]]
    keys = re.findall(r'name="shown" value="([^"]+)"', pages[1])
    asked = clerk.post(reverse("dunning-decide"), {"do": "approve-all", "shown": keys})
    assert "Approve 2 suggestions?" in text_of(asked)
    clerk.post(reverse("dunning-decide"), {"do": "confirmed", "pick": keys})
    labels = {notice.invoice.label for notice in Notice.objects.all()}
    assert labels == {"INV-00003", "INV-00004"}, "what was not looked at is not approved"


def test_more_clients_than_a_page_of_receivables_holds_are_on_the_next(clerk, monkeypatch):
    monkeypatch.setattr(receivables, "PAGE_SIZE", 2)
    for number in range(5):
        billed(f"{100 + number}.00", company=uuid.UUID(int=number + 1))
    shown, address = [], reverse("receivables")
    while address:
        page = text_of(clerk.get(address))
        shown.append(re.findall(r'data-label="Open"><strong>([\d.]+) EUR', page))
        link = re.search(r'rel="next" href="(\?[^"]+)"', page)
        address = reverse("receivables") + link[1].replace("&amp;", "&") if link else ""
    everything = "612.00"
    assert shown == [
        ["124.80", "123.60", everything], ["122.40", "121.20", everything], ["120.00", everything],
    ]  # fmt: skip
