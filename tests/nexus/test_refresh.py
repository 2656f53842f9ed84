"""POST /api/token/refresh/: single use, retries, reuse, and everything read afresh."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from nexus.accounts import operations as accounts
from nexus.signins import keys, rules, secret_keys
from nexus.signins.models import Event, RefreshChain, SignIn
from tests.nexus.conftest import PASSWORD, person
from tests.nexus.test_token import ask, claims_of, sign_in

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _key(signing_key):
    pass


def refresh(client, token, **extra):
    return ask(client, {"refresh": token}, path="/api/token/refresh/", **extra)


def later(seconds):
    """Let the last rotation be so long ago."""
    RefreshChain.objects.update(rotated_at=F("rotated_at") - timedelta(seconds=seconds))


def test_a_refresh_gives_a_new_pair_of_the_same_sign_in(client, tech, treasury):
    first = sign_in(client, "tech", module=treasury).json()
    answer = refresh(client, first["refresh"], module=treasury)
    assert answer.status_code == 200
    assert answer.json() == {"access": ANY, "refresh": ANY, "expires_in": 600}
    assert answer.json()["refresh"] != first["refresh"]
    old, new = (claims_of(client, pair["access"]) for pair in (first, answer.json()))
    assert (new.sid, new.sub, new.client_id) == (old.sid, old.sub, old.client_id)
    assert new.jti != old.jti


def test_a_retry_within_ten_seconds_gets_the_same_successor(client, tech):
    first = sign_in(client, "tech").json()["refresh"]
    again = [refresh(client, first).json()["refresh"] for _ in range(3)]
    assert len(set(again)) == 1
    assert refresh(client, again[0]).status_code == 200


def test_a_later_reuse_ends_the_sign_in_in_every_module(client, tech, treasury, archive):
    theft = sign_in(client, "tech", module=treasury).json()["refresh"]
    second = refresh(client, theft, module=treasury).json()["refresh"]
    RefreshChain.objects.create(sign_in=SignIn.objects.get(), module=archive)
    later(11)
    answer = refresh(client, theft, module=treasury)
    assert (answer.status_code, answer.json()["code"]) == (401, "refresh_reused")
    assert SignIn.objects.get().ended_reason == "old refresh token used again"
    assert refresh(client, second, module=treasury).json()["code"] == "invalid_refresh"
    assert Event.objects.filter(kind="refresh_reused", user_id=tech.pk).exists()


def test_a_token_two_steps_old_is_reuse_even_at_once(client, tech):
    first = sign_in(client, "tech").json()["refresh"]
    second = refresh(client, first).json()["refresh"]
    refresh(client, second)
    assert refresh(client, first).json()["code"] == "refresh_reused"


def test_a_promotion_arrives_at_the_next_refresh(client, admin, tech):
    token = sign_in(client, "tech").json()["refresh"]
    accounts.set_level(user=tech, level="admin", by=admin)
    answer = refresh(client, token).json()
    assert claims_of(client, answer["access"]).permission_level == "admin"


def test_after_a_demotion_nothing_is_refreshed(client, admin, tech):
    accounts.set_level(user=tech, level="admin", by=admin)
    token = sign_in(client, "tech").json()["refresh"]
    accounts.set_level(user=tech, level="technician", by=admin)
    assert refresh(client, token).json()["code"] == "invalid_refresh"
    access = sign_in(client, "tech").json()["access"]
    assert claims_of(client, access).permission_level == "technician"


def test_a_new_company_arrives_only_with_a_new_sign_in(client, admin, acme_user, globex):
    token = sign_in(client, "acme").json()["refresh"]
    accounts.set_company(user=acme_user, company=globex, by=admin)
    assert refresh(client, token).json()["code"] == "invalid_refresh"
    access = sign_in(client, "acme").json()["access"]
    assert claims_of(client, access).company == globex.pk


def test_a_disabled_user_is_refused(client, admin, tech):
    token = sign_in(client, "tech").json()["refresh"]
    accounts.disable(user=tech, by=admin)
    assert refresh(client, token).json()["code"] == "invalid_refresh"


def test_a_user_disabled_behind_our_back_is_refused(client, tech):
    token = sign_in(client, "tech").json()["refresh"]
    type(tech).objects.update(is_active=False)
    assert refresh(client, token).json()["code"] == "invalid_refresh"


def test_a_stamp_voids_older_sign_ins(client, tech):
    token = sign_in(client, "tech").json()["refresh"]
    type(tech).objects.update(not_before=timezone.now())
    assert refresh(client, token).json()["code"] == "invalid_refresh"


def test_a_module_closed_to_the_level_is_refused(client, tech, treasury):
    token = sign_in(client, "tech", module=treasury).json()["refresh"]
    type(treasury).objects.update(levels=["admin"])
    answer = refresh(client, token, module=treasury)
    assert (answer.status_code, answer.json()["code"]) == (403, "module_not_allowed")


def test_a_sign_in_ends_absolutely(client, tech):
    token = sign_in(client, "tech").json()["refresh"]
    SignIn.objects.update(created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now())
    assert refresh(client, token).json()["code"] == "invalid_refresh"


def test_a_module_cannot_refresh_another_modules_token(client, tech, treasury, archive):
    token = sign_in(client, "tech", module=treasury).json()["refresh"]
    for caller in (archive, None):
        answer = refresh(client, token, module=caller)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")
    assert refresh(client, token, module=treasury).status_code == 200


@pytest.mark.parametrize("text", ["", "x", "a.b.c", ".", "..", "0" * 32 + ".0.x", "é.1.2", "1.²."])
def test_nonsense_is_refused(client, db, text):
    assert refresh(client, text or " ").status_code in {400, 401}


def test_a_forged_number_is_refused_and_ends_nothing(client, tech):
    token = sign_in(client, "tech").json()["refresh"]
    chain, number, mac = token.split(".")
    for forged in (f"{chain}.{int(number) + 1}.{mac}", f"{chain}.0{number}.{mac}", token + "0"):
        assert refresh(client, forged).json()["code"] == "invalid_refresh"
    assert refresh(client, token).status_code == 200


def test_a_number_the_chain_has_not_reached_is_refused(client, tech):
    """As after a database restored from yesterday."""
    sign_in(client, "tech")
    ahead = rules.RefreshToken(chain=RefreshChain.objects.get().pk, number=7)
    token = ahead.encode(secret_keys.refresh_keys()[0])
    assert refresh(client, token).json()["code"] == "invalid_refresh"
    assert SignIn.objects.get().ended_at is None


def test_a_refresh_token_is_nowhere_in_the_database(client, tech):
    token = sign_in(client, "tech").json()["refresh"]
    mac = token.split(".")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT query_to_xml('SELECT * FROM signins_refreshchain', true, false, '')")
        assert mac not in str(cursor.fetchone())


def test_an_older_secret_key_is_still_understood(client, tech, settings):
    token = sign_in(client, "tech").json()["refresh"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key, also long enough for tests 0123456789"
    keys.forget()
    assert refresh(client, token).status_code == 200


def test_a_refresh_costs_four_queries_savepoint_included(
    client, acme_user, treasury, django_assert_num_queries
):
    token = sign_in(client, "acme", module=treasury).json()["refresh"]
    with django_assert_num_queries(4):  # SAVEPOINT, read, write, RELEASE
        assert refresh(client, token, module=treasury).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_refreshes_of_one_token_have_one_successor():
    """Real threads, each with its own connection to the database."""
    keys.announce_key()
    person("tara", "technician")
    token = sign_in(Client(), "tara", PASSWORD).json()["refresh"]
    answers, barrier = [], threading.Barrier(50)

    def run():
        barrier.wait()
        answers.append(refresh(Client(), token))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 50
    assert len({answer.json()["refresh"] for answer in answers}) == 1
    assert RefreshChain.objects.get().counter == 1


@pytest.mark.django_db(transaction=True)
def test_a_slow_refresh_does_not_set_the_chain_back():
    """It waits for whoever is rotating, and judges what that left behind."""
    keys.announce_key()
    person("tara", "technician")
    token = sign_in(Client(), "tara", PASSWORD).json()["refresh"]
    answers = []

    def run():
        answers.append(refresh(Client(), token).json()["code"])
        connections.close_all()

    slow = threading.Thread(target=run)
    with transaction.atomic():
        RefreshChain.objects.update(counter=2)  # two rotations, not yet committed
        slow.start()
        time.sleep(0.5)
        assert answers == []
    slow.join()
    assert answers == ["refresh_reused"]
    assert RefreshChain.objects.get().counter == 2
