"""API tokens on the account page and in the admin."""

from __future__ import annotations

import re

import pytest

from nexus.api_tokens import operations
from nexus.api_tokens.models import ApiToken
from nexus.signins.models import Event
from tests.nexus.conftest import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_key")]
NEW = "/account/api-tokens/new"
LIST = "/admin/api_tokens/apitoken/"


@pytest.fixture
def here(signed_in, tech):
    return signed_in(tech)


def made(user, name="Backup script"):
    return operations.create(user=user, name=name, days=365, by=user)


def test_a_token_is_made_and_shown_once(here, tech):
    assert NEW in here.get("/account").content.decode()
    assert "1 year" in here.get(NEW).content.decode()
    answer = here.post(NEW, {"name": "Feed reader", "days": "90"})
    secret = re.search(r"hm_[\w-]{43}", answer.content.decode()).group()
    assert answer["Cache-Control"] == "private, no-store"
    assert ApiToken.objects.with_secret(secret).get().user == tech
    account = here.get("/account").content.decode()
    assert "Feed reader" in account
    assert secret[:8] in account
    assert secret not in account


def test_one_without_an_end_has_to_be_chosen(here):
    here.post(NEW, {"name": "For good", "days": ""})
    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize("form", [{"name": "", "days": "90"}, {"name": "Kept words", "days": "3"}])
def test_a_refused_form_keeps_what_was_typed(here, form):
    answer = here.post(NEW, form)
    assert answer.status_code == 422
    assert f'value="{form["name"]}"' in answer.content.decode() or not form["name"]
    assert not ApiToken.objects.exists()


def test_revoking_asks_first(here, tech):
    token = made(tech).token
    page = f"/account/api-tokens/{token.pk}/revoke"
    assert page in here.get("/account").content.decode()
    assert "cannot be undone" in here.get(page).content.decode()
    assert not ApiToken.objects.filter(revoked_at__isnull=False).exists()
    assert here.post(page)["Location"] == "/account"
    assert "Backup script</th>" not in here.get("/account").content.decode()
    assert Event.objects.latest("id").kind == "api_token_revoked"


def test_nobody_knows_of_somebody_elses_token_not_even_an_administrator_here(
    here, signed_in, admin
):
    token = made(person("billing", "billing")).token
    page = f"/account/api-tokens/{token.pk}/revoke"
    for browser in (here, signed_in(admin)):
        assert browser.get(page).status_code == browser.post(page).status_code == 404
        assert "Backup script" not in browser.get("/account").content.decode()


def test_a_program_is_no_session_on_the_account_page(client, here, tech):
    client.post("/api/token/", {"api_token": made(tech).secret}, "application/json")
    assert here.get("/account").content.decode().count('/end"') == 1
    here.post("/account/sessions/end")
    assert tech.sign_ins.filter(api_token__isnull=False, ended_at=None).exists()


def test_an_administrator_makes_finds_and_revokes_those_of_others(signed_in, admin, tech, billing):
    browser = signed_in(admin)
    page = f"/admin/accounts/user/{tech.pk}/new-api-token/"
    assert "may what the account may" in browser.get(page).content.decode()
    answer = browser.post(page, {"name": "Monitoring", "days": "30"})
    assert answer.context["secret"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    made(billing, "Bank feed")
    rows = browser.get(f"/admin/accounts/user/{tech.pk}/api-tokens/", follow=True).content.decode()
    assert "Monitoring" in rows
    assert "Bank feed" not in rows
    token = ApiToken.objects.get(name="Monitoring")
    assert answer.context["secret"] not in browser.get(f"{LIST}{token.pk}/change/").content.decode()
    form = {"action": "revoke_selected", "_selected_action": [token.pk]}
    assert "1 API tokens are revoked" in browser.post(LIST, form, follow=True).content.decode()
    assert "Monitoring" not in browser.get(f"{LIST}?live=yes").content.decode()
    assert "Monitoring" in browser.get(f"{LIST}?live=no").content.decode()
    for path in ("add/", f"{token.pk}/delete/"):
        assert browser.get(LIST + path).status_code == 403
