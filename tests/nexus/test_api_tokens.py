"""API tokens: exchanged for what their person may now, ended with them, and never written down."""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections
from django.utils import timezone

from hm_auth.service.logs import redact
from nexus.accounts import operations as accounts
from nexus.api_tokens import operations, rules
from nexus.api_tokens.models import ApiToken
from nexus.signins import operations as signins
from nexus.signins.models import Event, SignIn, Throttle
from tests.nexus.conftest import person
from tests.nexus.test_token import ask, claims_of, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_key")]


def made(user, *, days=365, name="Backup script"):
    return operations.create(user=user, name=name, days=days, by=user)


def exchange(client, secret, **extra):
    return ask(client, {"api_token": secret}, **extra)


def refused(answer):
    assert answer.status_code == 401, answer.content
    return answer.json()["code"] == "invalid_api_token"


def me(client, access):
    return client.get("/api/users/me/", headers={"Authorization": f"Bearer {access}"})


def test_a_program_gets_an_access_token_of_its_person_and_nothing_to_refresh(client, tech):
    answer = exchange(client, made(tech).secret)
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"access", "expires_in"}
    assert answer["Cache-Control"] == "no-store"
    claims = claims_of(client, answer.json()["access"])
    assert (claims.sub, claims.permission_level, claims.client_id) == (
        tech.pk, "technician", "direct",
    )  # fmt: skip
    assert claims.exp - claims.iat == answer.json()["expires_in"] == settings.ACCESS_TOKEN_SECONDS
    assert me(client, answer.json()["access"]).json()["username"] == "tech"


def test_the_token_of_a_client_is_bound_to_that_company(client, acme_user, acme):
    access = exchange(client, made(acme_user).secret).json()["access"]
    assert claims_of(client, access).company == acme.pk
    rows = client.get("/api/companies/", headers={"Authorization": f"Bearer {access}"}).json()
    assert [row["id"] for row in rows["results"]] == [str(acme.pk)]


def test_an_account_for_a_program_needs_no_password(client, signed_in, admin, acme):
    form = {
        "username": "website", "full_name": "Website of Acme", "email": "website@msp.example",
        "permission_level": "client", "company": acme.pk, "password": "",
    }  # fmt: skip
    browser = signed_in(admin)
    assert browser.post("/admin/accounts/user/add/", form).status_code == 302
    user = type(admin).objects.get(username="website")
    assert not user.has_usable_password()
    page = browser.post(
        f"/admin/accounts/user/{user.pk}/new-api-token/", {"name": "Website", "days": "90"}
    )
    access = exchange(client, page.context["secret"]).json()["access"]
    assert claims_of(client, access).company == acme.pk
    assert sign_in(client, "website", "").status_code == 400
    assert ApiToken.objects.get().created_by == admin


def test_through_a_module_the_access_token_is_that_modules(client, tech, treasury):
    secret = made(tech).secret
    answer = exchange(client, secret, module=treasury)
    assert claims_of(client, answer.json()["access"]).client_id == "treasury"
    treasury.levels = ["admin"]
    treasury.save()
    answer = exchange(client, secret, module=treasury)
    assert (answer.status_code, answer.json()["code"]) == (403, "module_not_allowed")
    assert Event.objects.latest("id").detail == {"reason": "module_not_allowed"}


def test_scripts_can_be_kept_out_altogether(client, tech, settings):
    secret = made(tech).secret
    settings.ALLOW_DIRECT_CLIENT = False
    assert exchange(client, secret).json()["code"] == "direct_client_off"


@pytest.mark.parametrize("secret", ["hm_", "hm_" + "x" * 43, "nonsense", "hm_é", "' OR 1=1 --"])
def test_an_unknown_token_is_refused_and_on_record_without_itself(client, tech, secret):
    made(tech)
    assert refused(exchange(client, secret))
    event = Event.objects.latest("id")
    assert (event.kind, event.detail) == ("sign_in_refused", {"reason": "unknown API token"})


def test_an_expired_token_is_refused(client, tech):
    token = made(tech, days=30)
    past = timezone.now() - timedelta(days=31)
    ApiToken.objects.update(created_at=past, expires_at=past + timedelta(days=30))
    assert refused(exchange(client, token.secret))
    event = Event.objects.latest("id")
    assert (event.user_id, event.detail["reason"]) == (tech.pk, "API token expired")


def test_an_access_token_ends_in_nexus_with_its_api_token(client, tech):
    token = made(tech)
    soon = timezone.now() + timedelta(seconds=30)
    ApiToken.objects.update(expires_at=soon)
    exchange(client, token.secret)
    assert SignIn.objects.get().expires_at == soon


def test_a_revoked_token_and_what_came_of_it_are_refused_at_once(client, tech, admin):
    token = made(tech)
    access = exchange(client, token.secret).json()["access"]
    operations.revoke(token=token.token, by=admin)
    assert refused(exchange(client, token.secret))
    assert me(client, access).status_code == 401
    operations.revoke(token=token.token, by=admin)
    [event] = Event.objects.filter(kind="api_token_revoked")
    assert (event.user_id, event.acting_user_id) == (tech.pk, admin.pk)


def test_the_tokens_of_a_disabled_person_are_revoked_for_good(client, tech, admin):
    secret = made(tech).secret
    access = exchange(client, secret).json()["access"]
    accounts.disable(user=tech, by=admin)
    assert refused(exchange(client, secret))
    assert me(client, access).status_code == 401
    accounts.enable(user=tech, by=admin)
    assert refused(exchange(client, secret))


def test_signed_out_everywhere_means_programs_too(client, tech, billing):
    secret, others = made(tech).secret, made(billing).secret
    accounts.sign_out_everywhere(user=tech, by=tech)
    assert refused(exchange(client, secret))
    assert exchange(client, others).status_code == 200


def test_a_new_password_lets_programs_go_on(client, tech):
    secret = made(tech).secret
    accounts.change_password(user=tech, password="a whole new sentence", by=tech)
    assert exchange(client, secret).status_code == 200


def test_the_token_of_an_archived_company_rests(client, acme_user, acme):
    secret = made(acme_user).secret
    type(acme).objects.update(archived_at=timezone.now())
    assert refused(exchange(client, secret))
    type(acme).objects.update(archived_at=None)
    assert exchange(client, secret).status_code == 200


def test_a_demotion_and_another_company_are_seen_at_the_next_exchange(client, tech, admin, acme):
    secret = made(tech).secret
    exchange(client, secret)
    accounts.set_level(user=tech, level="client", company=acme, by=admin)
    claims = claims_of(client, exchange(client, secret).json()["access"])
    assert (claims.permission_level, claims.company) == ("client", acme.pk)


def test_the_secret_is_nowhere_but_in_the_answer(client, api, tech, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = api(tech).post("/api/api-tokens/", {"name": "Script"})
        secret = answer.json()["token"]
        exchange(client, secret)
        exchange(client, secret + "x")
    assert answer["Cache-Control"] == "no-store"
    assert secret not in caplog.text
    assert secret not in api(tech).get("/api/api-tokens/").content.decode()
    with connection.cursor() as cursor:
        for table in ("api_tokens_apitoken", "api_tokens_apitokenevent", "signins_event"):
            cursor.execute(f"SELECT row_to_json({table})::text FROM {table}")
            text = " ".join(row[0] for row in cursor.fetchall())
            assert text
            assert secret not in text
            assert rules.digest(secret) not in text or table == "api_tokens_apitoken"
    assert secret not in redact(f"lost in a sentence: {secret}.")
    assert secret not in repr(operations.NewToken(token=ApiToken.objects.get(), secret=secret))


def test_its_history_says_who_made_and_who_revoked_it(tech, admin):
    token = operations.create(user=tech, name="Script", days=None, by=admin).token
    operations.revoke(token=token, by=tech)
    born, ended = token.events.order_by("pgh_id")
    assert (born.name, born.revoked_at) == ("Script", None)
    assert ended.revoked_at is not None
    assert [event.pgh_context.metadata["name"] for event in (born, ended)] == ["Admin", "Tech"]


def test_wrong_tokens_are_slowed_down_and_a_right_one_never(client, tech):
    secret = made(tech).secret
    answers = [exchange(client, f"hm_guess{n}").status_code for n in range(32)]
    assert answers[0] == 401
    assert answers[-1] == 429
    refusals = Event.objects.filter(kind="sign_in_refused").count()
    assert exchange(client, "hm_another").headers["Retry-After"]
    assert Event.objects.filter(kind="sign_in_refused").count() == refusals
    assert exchange(client, secret).status_code == 200
    assert exchange(client, "hm_elsewhere", REMOTE_ADDR="198.51.100.7").status_code == 401
    assert Throttle.objects.filter(key__startswith="api-tokens@").count() == 2


def test_a_busy_program_leaves_one_sign_in_a_day_and_address(client, tech):
    secret = made(tech).secret
    sids = {claims_of(client, exchange(client, secret).json()["access"]).sid for _ in range(3)}
    assert len(sids) == 1
    exchange(client, secret, REMOTE_ADDR="198.51.100.7")
    assert SignIn.objects.count() == 2
    events = Event.objects.filter(kind="sign_in").order_by("id")
    assert [event.ip_address for event in events] == ["127.0.0.1", "198.51.100.7"]
    assert events[0].detail["api_token"].startswith("Backup script (hm_")


def test_the_last_use_is_written_once_an_hour(client, tech):
    secret = made(tech).secret
    exchange(client, secret)
    first = ApiToken.objects.get().last_used_at
    exchange(client, secret)
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(hours=1))
    exchange(client, secret)
    assert ApiToken.objects.get().last_used_at > first - timedelta(minutes=1)


def test_an_exchange_needs_few_queries(client, tech, django_assert_num_queries):
    secret = made(tech).secret
    exchange(client, secret)
    # token and user, SAVEPOINT, the same locked, the sign-in, RELEASE
    with django_assert_num_queries(5):
        assert exchange(client, secret).status_code == 200


@pytest.mark.parametrize("secret", ["a\x00b", "", None, ["hm_"], "x" * 1025])
def test_malformed_requests_are_told_so(client, secret):
    assert exchange(client, secret).status_code == 400
    both = {"api_token": "hm_x", "username": "tech", "password": "x"}
    assert ask(client, both).status_code == 400


def test_it_lives_as_long_as_was_chosen(tech):
    token = made(tech, days=90).token
    assert token.expires_at - token.created_at == timedelta(days=90)
    assert made(tech, days=None).token.expires_at is None
    with pytest.raises(ValidationError):
        made(tech, days=31)
    with pytest.raises(ValidationError):
        made(tech, name="   ")


def test_an_account_has_so_many_tokens_and_no_more(tech, monkeypatch):
    monkeypatch.setattr(rules, "MOST", 2)
    first = made(tech).token
    made(tech)
    with pytest.raises(ValidationError, match="Revoke one"):
        made(tech)
    operations.revoke(token=first, by=tech)
    made(tech)


def test_the_database_holds_what_a_token_is(tech):
    now = timezone.now()
    with pytest.raises(IntegrityError, match="apitoken_expires_later"):
        tech.api_tokens.create(name="x", secret_hash="1" * 64, created_at=now, expires_at=now)


def test_everybody_lists_and_revokes_their_own_and_admins_all(api, tech, billing, admin):
    mine, theirs = made(tech).token, made(billing).token
    ids = [row["id"] for row in api(tech).get("/api/api-tokens/").json()["results"]]
    assert ids == [str(mine.pk)]
    assert api(tech).post(f"/api/api-tokens/{theirs.pk}/revoke/").status_code == 404
    assert api(tech).post(f"/api/api-tokens/{mine.pk}/revoke/").json()["revoked_at"]
    caller = api(admin)
    found = caller.get(f"/api/api-tokens/?user={billing.pk}&revoked=false").json()["results"]
    assert [row["id"] for row in found] == [str(theirs.pk)]
    assert caller.post(f"/api/api-tokens/{theirs.pk}/revoke/").status_code == 200


def test_an_administrator_makes_tokens_of_others_and_nobody_else_does(api, tech, admin, billing):
    body = {"name": "Script", "user": str(billing.pk), "days": None}
    answer = api(admin).post("/api/api-tokens/", body)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["user"], answer.json()["expires_at"]) == (str(billing.pk), None)
    assert "user" in api(tech).post("/api/api-tokens/", body).json()["errors"]
    assert ApiToken.objects.count() == 1


def test_what_an_api_token_opens_makes_no_further_ones(client, tech):
    access = exchange(client, made(tech).secret).json()["access"]
    answer = client.post(
        "/api/api-tokens/", json.dumps({"name": "Heir"}), "application/json",
        headers={"Authorization": f"Bearer {access}"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert ApiToken.objects.count() == 1


def test_the_list_costs_the_same_for_many(api, admin, django_assert_num_queries):
    for number in range(12):
        made(person(f"user{number}", "billing"))
    caller = api(admin)
    with django_assert_num_queries(2):
        assert len(caller.get("/api/api-tokens/").json()["results"]) == 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda token: operations.revoke(token=token, by=token.user), "API token revoked"),
        (lambda token: accounts.disable(user=token.user, by=None), "account disabled"),
        (
            lambda token: accounts.sign_out_everywhere(user=token.user, by=token.user),
            "signed out everywhere",
        ),
    ],
)
def test_nothing_is_left_of_a_token_that_ends_in_the_middle_of_an_exchange(
    tech, monkeypatch, end, reason
):
    token = made(tech)
    checked, real = threading.Event(), signins.begin

    def slowly(**given):
        checked.set()
        time.sleep(0.3)
        return real(**given)

    def other_request():
        checked.wait(5)
        end(ApiToken.objects.select_related("user").get())
        connections.close_all()

    monkeypatch.setattr(signins, "begin", slowly)
    other = threading.Thread(target=other_request)
    other.start()
    operations.exchange(secret=token.secret, module=None, ip="127.0.0.1", user_agent="")
    other.join()
    assert ApiToken.objects.get().revoked_at is not None
    assert SignIn.objects.get().ended_reason == reason
