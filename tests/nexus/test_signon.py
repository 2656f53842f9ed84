"""Signing in on the pages of Nexus, and carrying a sign-in to a module and back."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from nexus.accounts import operations as accounts
from nexus.api_tokens.operations import create
from nexus.directory import operations as directory
from nexus.signins.login_codes import issue_login_code
from nexus.signins.models import Event, LoginCode, RefreshChain, SignIn
from nexus.signins.operations import end_sign_ins
from tests.nexus.conftest import PASSWORD
from tests.nexus.test_token import ask, claims_of
from tests.nexus.test_token import sign_in as token_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_key", "nexus_module")]


def sign_in(browser, username="tech", password=PASSWORD, **extra):
    form = {"username": username, "password": password, **extra}
    return browser.post("/auth/login", form, headers={"User-Agent": "Firefox"})


def is_signed_in(browser):
    return browser.get("/account").status_code == 200


def query(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_stranger_is_sent_to_the_sign_in_page_and_back(client, tech):
    answer = client.get("/account")
    assert answer["Location"] == "/auth/login?next=%2Faccount"
    assert client.get(answer["Location"]).status_code == 200
    assert sign_in(client, next="/account")["Location"] == "/account"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "bad", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(client, tech, bad):
    assert sign_in(client, next=bad)["Location"] == "/"


def test_a_wrong_password_says_so_on_the_page(client, tech):
    answer = sign_in(client, password="wrong")
    assert answer.status_code == 200
    assert "The username or the password is not right." in answer.content.decode()
    assert not is_signed_in(client)


def test_nul_bytes_and_long_names_are_told_so(client, tech):
    for username in ("te\x00ch", "x" * 1000):
        assert sign_in(client, username).status_code == 200
    assert sign_in(client, password="a\x00b").status_code == 200
    assert not SignIn.objects.exists()


def test_the_session_key_changes_at_sign_in(client, tech):
    client.get("/auth/start?from=none")
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["nexus_session"] = before = session.session_key
    sign_in(client)
    assert client.cookies["nexus_session"].value != before


def test_whoever_signs_in_after_somebody_else_finds_nothing_of_them(client, tech, billing):
    sign_in(client)
    session = client.session
    session["draft"] = "of tech"
    session.save()
    sign_in(client, "billing")
    assert "draft" not in client.session
    former, present = SignIn.objects.order_by("created_at")
    assert former.ended_reason == "somebody else signed in"
    assert (present.user, present.ended_at) == (billing, None)
    assert is_signed_in(client)


def test_signing_in_once_more_ends_nothing(client, tech):
    sign_in(client)
    sign_in(client)
    assert not SignIn.objects.filter(ended_at__isnull=False).exists()


def test_ending_the_sign_in_ends_the_page_at_once(client, tech):
    sign_in(client)
    end_sign_ins(sign_ins=SignIn.objects.all())
    assert not is_signed_in(client)


def test_archiving_a_company_ends_the_sign_ins_of_its_people(client, admin, acme_user, acme):
    sign_in(client, "acme")
    directory.archive(acme, by=admin)
    assert SignIn.objects.get().ended_reason == "company archived"


@pytest.mark.parametrize("how", ["disabled", "everywhere", "expired", "company"])
def test_nobody_goes_on_who_should_not(client, admin, acme_user, acme, how):
    sign_in(client, "acme")
    assert is_signed_in(client)
    {
        "disabled": lambda: accounts.disable(user=acme_user, by=admin),
        "everywhere": lambda: accounts.sign_out_everywhere(user=acme_user, by=admin),
        "expired": lambda: SignIn.objects.update(
            created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now()
        ),
        "company": lambda: type(acme).objects.update(archived_at=timezone.now()),
    }[how]()
    assert not is_signed_in(client)


def test_signing_out_ends_the_sign_in_everywhere(client, tech):
    sign_in(client)
    reloaded = client.get("/auth/logout")
    assert reloaded.status_code == 405
    assert "There is nothing to show here" in reloaded.content.decode()
    client.post("/auth/logout")
    assert SignIn.objects.get().ended_reason == "signed out"
    assert not is_signed_in(client)


def test_the_doors_of_the_admin_lead_to_ours(client, admin):
    assert client.get("/admin/login/")["Location"] == "/auth/login?next=%2Fadmin%2F"
    sign_in(client, "admin")
    assert client.get("/admin/").status_code == 200
    client.post("/admin/logout/")
    assert SignIn.objects.get().ended_at is not None


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/login/"])
@pytest.mark.parametrize("username", ["tech", "billing", "acme"])
def test_the_admin_is_for_admins(client, tech, billing, acme_user, username, path):
    sign_in(client, username)
    answer = client.get(path, follow=True)
    assert answer.status_code == 403
    assert "You may not open this page" in answer.content.decode()


def test_an_admin_at_the_door_of_the_admin_comes_in(client, admin):
    sign_in(client, "admin")
    assert client.get("/admin/login/", follow=True).status_code == 200


def test_a_page_knows_the_person_by_one_query_besides_the_session(
    client, tech, django_assert_num_queries
):
    sign_in(client)
    with django_assert_num_queries(2):  # session; sign-in with user and company
        assert client.get("/auth/login").status_code == 302


def test_last_use_is_written_once_a_minute(client, tech, django_assert_num_queries):
    sign_in(client)
    SignIn.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(3):
        client.get("/auth/login")
    with django_assert_num_queries(2):
        client.get("/auth/login")


def test_from_nexus_into_a_module(client, tech, treasury):
    sign_in(client)
    answer = client.get("/auth/authorize?client_id=treasury&state=abc")
    assert answer["Location"].startswith(f"{treasury.url}/auth/callback?")
    carried = query(answer["Location"])
    assert carried["state"] == "abc"
    tokens = ask(Client(), {"code": carried["code"]}, module=treasury).json()
    claims = claims_of(client, tokens["access"])
    assert (claims.sub, claims.sid, claims.client_id) == (
        tech.pk,
        SignIn.objects.get().pk,
        "treasury",
    )


def test_a_code_works_once(client, tech, treasury):
    sign_in(client)
    code = query(client.get("/auth/authorize?client_id=treasury&state=a")["Location"])["code"]
    answers = [ask(Client(), {"code": code}, module=treasury) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json()["code"] == "invalid_code"
    assert RefreshChain.objects.count() == 1


@pytest.mark.parametrize("what", ["another module", "no module", "too late", "ended", "nonsense"])
def test_a_code_is_for_one_module_for_a_minute(client, tech, treasury, archive, what):
    sign_in(client)
    code = query(client.get("/auth/authorize?client_id=treasury&state=a")["Location"])["code"]
    caller = {"another module": archive, "no module": None}.get(what, treasury)
    if what == "too late":
        LoginCode.objects.update(expires_at=timezone.now())
    if what == "ended":
        end_sign_ins(sign_ins=SignIn.objects.all())
    answer = ask(Client(), {"code": "x" if what == "nonsense" else code}, module=caller)
    assert answer.status_code == 401
    assert answer.json()["code"] == ("invalid_client" if caller is None else "invalid_code")


def test_a_code_shown_by_another_module_is_used_up(client, tech, treasury, archive):
    sign_in(client)
    code = query(client.get("/auth/authorize?client_id=treasury&state=a")["Location"])["code"]
    ask(Client(), {"code": code}, module=archive)
    assert ask(Client(), {"code": code}, module=treasury).status_code == 401


def test_joining_a_sign_in_is_on_record(client, tech, treasury):
    sign_in(client)
    code = query(client.get("/auth/authorize?client_id=treasury&state=a")["Location"])["code"]
    ask(Client(), {"code": code, "end_user_ip": "203.0.113.9"}, module=treasury)
    event = Event.objects.latest("id")
    assert (event.kind, event.user_id, event.client_id) == ("sign_in_joined", tech.pk, "treasury")
    assert event.detail["sid"] == str(SignIn.objects.get().pk)
    assert event.ip_address == "203.0.113.9"


def test_a_code_is_stored_hashed(client, tech, treasury):
    sign_in(client)
    code = query(client.get("/auth/authorize?client_id=treasury&state=a")["Location"])["code"]
    assert code != LoginCode.objects.get().code_hash


def test_nobody_is_sent_to_an_address_of_the_query(client, tech, treasury):
    sign_in(client)
    answer = client.get(
        "/auth/authorize?client_id=treasury&state=a&redirect_uri=http://evil.example/"
    )
    assert answer["Location"].startswith(treasury.url)
    assert client.get("/auth/authorize?client_id=unknown&state=a").status_code == 404
    assert client.get("/auth/authorize?client_id=tr%00y&state=a").status_code == 404
    assert client.get("/auth/authorize?client_id=treasury&state=%0d%0a").status_code == 404


def test_a_module_not_for_this_level_gets_no_code(client, tech, treasury):
    type(treasury).objects.filter(pk=treasury.pk).update(levels=["admin"])
    sign_in(client)
    assert client.get("/auth/authorize?client_id=treasury&state=a").status_code == 403
    assert not LoginCode.objects.exists()


def code_for(module, subject_token, client_id="nexus"):
    body = {"client_id": client_id, "subject_token": subject_token}
    return ask(Client(), body, module=module, path="/api/token/code/")


def test_from_a_module_into_nexus(client, tech, treasury):
    access = token_for(Client(), "tech", module=treasury).json()["access"]
    answer = client.get("/auth/start?from=treasury&next=/account")
    assert answer["Location"].startswith(f"{treasury.url}/auth/authorize?client_id=nexus&state=")
    code = code_for(treasury, access).json()["code"]
    state = query(answer["Location"])["state"]
    done = client.get("/auth/callback", {"code": code, "state": state})
    assert done["Location"] == "/account"
    assert is_signed_in(client)
    assert SignIn.objects.count() == 1
    event = Event.objects.latest("id")
    assert (event.kind, event.client_id) == ("sign_in_joined", "nexus")


def test_somebody_elses_link_does_not_sign_me_in(client, tech, treasury):
    """Login CSRF: a callback with a code of the attacker's, in a browser that did not begin."""
    access = token_for(Client(), "tech", module=treasury).json()["access"]
    code = code_for(treasury, access).json()["code"]
    client.get("/auth/start?from=treasury")
    client.get("/auth/callback", {"code": code, "state": "guessed"})
    assert not is_signed_in(client)


def test_a_stolen_access_token_alone_opens_no_session(client, tech, treasury):
    access = token_for(Client(), "tech", module=treasury).json()["access"]
    answer = ask(
        client,
        {"client_id": "nexus", "subject_token": access},
        path="/api/token/code/",
        headers={"Authorization": f"Bearer {access}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")
    assert not LoginCode.objects.exists()


@pytest.mark.parametrize(
    "whose", ["another module", "a script", "a module", "nobody", "ended", "an API token"]
)
def test_a_module_gets_codes_for_the_tokens_it_was_given(client, tech, treasury, archive, whose):
    def of(module):
        return token_for(Client(), "tech", module=module).json()["access"]

    token = {
        "another module": lambda: of(archive),
        "a script": lambda: of(None),
        "a module": lambda: ask(client, {}, module=treasury, path="/api/token/service/").json()[
            "access"
        ],
        "nobody": lambda: "nonsense",
        "ended": lambda: of(treasury),
        "an API token": lambda: ask(
            client,
            {"api_token": create(user=tech, name="Feed", days=30, by=tech).secret},
            module=treasury,
        ).json()["access"],
    }[whose]()
    if whose == "ended":
        end_sign_ins(sign_ins=SignIn.objects.all())
    answer = code_for(treasury, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert not LoginCode.objects.exists()


def test_a_code_is_for_a_known_module(client, tech, treasury):
    access = token_for(client, "tech", module=treasury).json()["access"]
    answer = code_for(treasury, access, client_id="no-such")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_no_module_joins_a_sign_in_that_is_being_ended(tech, treasury):
    row = SignIn.objects.create(user=tech, expires_at=timezone.now() + timedelta(hours=1))
    code = issue_login_code(sign_in=row, module=treasury)
    ended = threading.Event()

    def end():
        with transaction.atomic():
            end_sign_ins(sign_ins=[row])
            ended.set()
            time.sleep(0.3)
        connection.close()

    thread = threading.Thread(target=end)
    thread.start()
    ended.wait()
    answer = ask(Client(), {"code": code}, module=treasury)
    thread.join()
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_code")
    assert not RefreshChain.objects.exists()
