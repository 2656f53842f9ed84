"""Choosing a password by a link in a mail."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.test import Client
from django.utils import timezone

from nexus.accounts.mail import send_invitation
from nexus.accounts.models import User
from nexus.accounts.password_reset import LinkUsed, reset_password
from nexus.signins.models import Event
from tests.nexus.pages_people import PASSWORD, make_company, make_user, signed_in

pytestmark = pytest.mark.django_db

NEW = "a whole new sentence"
CHOICE = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def tech():
    return make_user("technician")


def ask(email="technician@people.example", **headers):
    return Client().post("/password-reset", {"email": email}, headers=headers)


def mails(count):
    """Wait for ``count`` mails: they leave on a thread of their own."""
    deadline = time.monotonic() + 2
    while len(mail.outbox) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    return mail.outbox


def link(message):
    return re.search(r"http://\S+/password-reset/\S+", message.body)[0]


def path(message):
    return "/" + link(message).split("/", 3)[3]


def open_link(client, address):
    """Follow a link of a mail up to the form; return the form's address."""
    answer = client.get(address, follow=True)
    return answer.redirect_chain[-1][0] if answer.redirect_chain else address


def choose(address, choice=CHOICE):
    client = Client()
    return client.post(open_link(client, address), choice, follow=True)


def test_the_link_sets_a_new_password_and_signs_out_everywhere(tech):
    old = signed_in(tech)
    assert ask()["Location"] == "/password-reset/sent"
    message = mails(1)[0]
    assert message.to == ["technician@people.example"]
    assert choose(path(message)).redirect_chain[-1][0] == "/auth/login"
    assert old.get("/account").status_code == 302
    signed_in(tech, password=NEW)
    assert not User.objects.get().check_password(PASSWORD)


def test_the_link_leads_to_the_public_url_whatever_host_was_asked(tech, settings):
    settings.ALLOWED_HOSTS = ["*"]
    ask(host="evil.example")
    assert link(mails(1)[0]).startswith("http://127.0.0.1:5000/password-reset/")
    assert "evil" not in mail.outbox[0].body


def test_the_mail_says_until_when_the_link_works(tech):
    with time_machine.travel("2026-11-24T09:30:00Z", tick=False):
        ask()
        assert "until 10:30 UTC on Tuesday, 24 November 2026" in mails(1)[0].body


def test_the_link_works_once(tech):
    ask()
    address = path(mails(1)[0])
    choose(address)
    assert "This link does not work" in Client().get(address).content.decode()


def test_two_forms_of_one_link_set_one_password(tech):
    ask()
    address = path(mails(1)[0])
    first, second = Client(), Client()
    form = open_link(first, address)
    open_link(second, address)
    first.post(form, CHOICE)
    answer = second.post(
        form, {"new_password1": "another long sentence", "new_password2": "another long sentence"}
    )
    assert "This link does not work" in answer.content.decode()
    signed_in(tech, password=NEW)


def test_of_two_forms_sent_at_once_the_second_comes_too_late(tech):
    """Both passed Django's check of the token; the second waited for the row, then looked again."""
    token = default_token_generator.make_token(tech)
    reset_password(user=tech, token=token, password=NEW)
    with pytest.raises(LinkUsed):
        reset_password(user=tech, token=token, password="another long sentence")


def test_the_link_works_for_an_hour(tech):
    ask()
    address = path(mails(1)[0])
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert "Choose your password" in Client().get(address, follow=True).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert "This link does not work" in Client().get(address, follow=True).content.decode()


def test_the_token_does_not_stay_in_the_address(tech):
    ask()
    address = path(mails(1)[0])
    token = address.rsplit("/", 1)[1]
    client = Client()
    assert token not in open_link(client, address)
    assert client.get(open_link(client, address))["Referrer-Policy"] == "same-origin"


def test_the_log_does_not_tell_the_token(tech, caplog):
    ask()
    address = path(mails(1)[0])
    with caplog.at_level("INFO"):
        open_link(Client(), address)
    assert "/password-reset/" in caplog.text
    assert address.rsplit("/", 1)[1] not in caplog.text


def test_unknown_addresses_get_the_same_answer_and_no_mail(tech):
    known, unknown = ask(), ask("nobody@people.example")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.content == unknown.content
    assert len(mails(2)) == 1


def test_capital_letters_in_the_address_do_not_matter(tech):
    ask("Technician@PEOPLE.example")
    assert mails(1)[0].to == ["technician@people.example"]


def test_who_may_not_sign_in_gets_no_mail():
    make_user("technician", is_active=False)
    make_user("client", company=make_company(archived_at=timezone.now()))
    ask()
    ask("client@people.example")
    assert mails(1) == []


def test_a_link_stops_working_when_the_account_is_disabled(tech):
    ask()
    address = path(mails(1)[0])
    User.objects.update(is_active=False)
    assert "This link does not work" in choose(address).content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_weak_and_unequal_passwords_are_refused(tech):
    ask()
    address = path(mails(1)[0])
    for choice in ("short", "password1234"):
        page = choose(address, {"new_password1": choice, "new_password2": choice})
        assert "Choose your password" in page.content.decode()
    assert "match" in choose(address, {**CHOICE, "new_password2": "other"}).content.decode()
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("address", ["x/y", "MQ/set-password", "%00/a-b", "OTk5/abc-def"])
def test_broken_links_say_so(address):
    answer = Client().get(f"/password-reset/{address}")
    assert answer.status_code == 200
    assert "This link does not work" in answer.content.decode()


@pytest.mark.parametrize("email", ["technician@people.example", "nobody@people.example"])
def test_a_mailbox_is_not_filled_and_the_answer_does_not_change(tech, email):
    answers = [ask(email) for _ in range(8)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/password-reset/sent")
    }
    sent = 3 if email.startswith("technician") else 0
    assert len(mails(sent)) == sent


def test_one_mailbox_has_no_second_spelling(tech):
    for email in ("technician", "TECHNICIAN", "techn\u0130cian", "Technician", "tEchnician"):
        ask(f"{email}@people.example")
    time.sleep(0.1)
    assert len(mails(3)) == 3


def test_an_address_that_asks_again_and_again_is_slowed_down(db):
    answers = [ask(f"nobody{number}@people.example") for number in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {302}
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) >= 1


def test_after_a_reset_the_new_password_works_at_once(tech):
    for _ in range(6):
        Client().post("/auth/login", {"username": "technician", "password": "forgotten"})
    ask()
    choose(path(mails(1)[0]))
    signed_in(tech, password=NEW)


def test_asking_for_links_does_not_lock_the_account(tech):
    for _ in range(12):
        ask()
    signed_in(tech)


def test_an_invitation_sets_the_first_password(tech):
    invited = User.objects.create_user(
        username="new",
        email="new@people.example",
        password=None,
        full_name="Nóra Ó'Dea",
        permission_level="billing",
    )
    send_invitation(invited, by=tech)
    message = mail.outbox[0]
    assert message.to == ["new@people.example"]
    assert "Nóra Ó'Dea" in message.body
    assert "Technician Example has made" in message.body
    assert Event.objects.filter(
        kind="user_invited", user_id=invited.id, acting_user_id=tech.id
    ).exists()
    choose(path(message))
    signed_in(invited, password=NEW)


def test_an_invited_person_can_ask_for_another_link():
    User.objects.create_user(
        username="new",
        email="new@people.example",
        password=None,
        full_name="New",
        permission_level="billing",
    )
    ask("new@people.example")
    assert len(mails(1)) == 1
