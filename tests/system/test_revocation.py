"""Demotion, disabling, stolen tokens, an outage and a rotated key, between real processes."""

from __future__ import annotations

import base64
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

SHORT_LIFE = "36"  # seconds; modules refresh when 30 s are left


def claims_of(token: str) -> dict:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def set_user(stack, username: str, **fields: object) -> None:
    """Change a user through Nexus's own API, as an administrator would."""
    nexus = stack.urls["nexus"]
    admin = requests.post(
        nexus + "/api/token/", json={"username": "admin", "password": "hivematrix-demo"}, timeout=20
    ).json()["access"]
    headers = {"Authorization": f"Bearer {admin}"}
    found = requests.get(
        nexus + "/api/users/", params={"search": username}, headers=headers, timeout=20
    ).json()["results"]
    user = next(row for row in found if row["username"] == username)
    address = f"{nexus}/api/users/{user['id']}/"
    etag = requests.get(address, headers=headers, timeout=20).headers["ETag"]
    answer = requests.patch(address, json=fields, headers={**headers, "If-Match": etag}, timeout=20)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def short_tokens(stack):
    """Nexus with access tokens of a few seconds, so that a test can outlive one."""
    stack.stop("nexus")
    stack.start("nexus", HM_ACCESS_TOKEN_SECONDS=SHORT_LIFE)
    yield
    stack.stop("nexus")
    stack.start("nexus")


def refresh(stack, token: str) -> requests.Response:
    return requests.post(
        stack.urls["nexus"] + "/api/token/refresh/", json={"refresh": token}, timeout=30
    )


def test_a_new_level_that_takes_nothing_away_arrives_at_the_next_refresh(
    stack, person, short_tokens
):
    """A promotion keeps the session (decision 0007)."""
    tech = person("tech")
    tech.sign_in("treasury")
    assert tech.get("treasury", "/api/me").json()["permission_level"] == "technician"
    set_user(stack, "tech", permission_level="admin")
    try:
        deadline = time.monotonic() + int(SHORT_LIFE)
        while time.monotonic() < deadline:
            if tech.get("treasury", "/api/me").json()["permission_level"] == "admin":
                break
            time.sleep(1)
        else:
            pytest.fail("the new level did not arrive within the token's life")
    finally:
        set_user(stack, "tech", permission_level="technician")


def test_a_demotion_ends_sessions_at_once(stack, person):
    """Billing to technician takes the invoices away (decision 0007)."""
    billing = person("billing")
    billing.sign_in("treasury")
    assert billing.is_signed_in("treasury")
    set_user(stack, "billing", permission_level="technician")
    try:
        assert not billing.is_signed_in("treasury")
        billing.sign_in("treasury")
        assert billing.get("treasury", "/api/me").json()["permission_level"] == "technician"
    finally:
        set_user(stack, "billing", permission_level="billing")


def test_disabling_ends_sessions_at_once(stack, person):
    globex = person("globex")
    globex.sign_in("treasury")
    globex.sign_in("archive")
    assert globex.is_signed_in("treasury")
    set_user(stack, "globex", is_active=False)
    try:
        assert not globex.is_signed_in("treasury")
        assert not globex.is_signed_in("archive")
        globex.sign_in("archive")
        assert not globex.is_signed_in("archive")
    finally:
        set_user(stack, "globex", is_active=True)


def test_disabling_with_the_message_lost_arrives_within_the_token_life(stack, person, short_tokens):
    globex = person("globex")
    globex.sign_in("treasury")
    stack.stop("treasury")
    set_user(stack, "globex", is_active=False)
    try:
        stack.start("treasury")
        deadline = time.monotonic() + int(SHORT_LIFE)
        while globex.is_signed_in("treasury"):
            assert time.monotonic() < deadline, "still signed in after the token's life"
            time.sleep(1)
    finally:
        set_user(stack, "globex", is_active=True)


def test_fifty_parallel_refreshes_yield_one_successor(stack, person):
    token = person("tech").tokens()["refresh"]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: refresh(stack, token), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    successors = {answer.json()["refresh"] for answer in answers}
    assert len(successors) == 1
    assert refresh(stack, successors.pop()).status_code == 200


def test_reuse_ends_the_whole_family(stack, person):
    first = person("tech").tokens()["refresh"]
    second = refresh(stack, first).json()["refresh"]
    third = refresh(stack, second).json()["refresh"]
    assert refresh(stack, first).status_code == 401
    assert refresh(stack, third).status_code == 401


def test_while_nexus_is_down_people_keep_reading_and_nobody_new_signs_in(stack, person):
    tech = person("tech")
    tech.sign_in("treasury")
    before = tech.get("treasury", "/companies")
    assert "Acme Manufacturing" in before.text
    logged = {service: len(stack.log(service)) for service in ("treasury", "archive")}
    stack.stop("nexus")
    try:
        during = tech.get("treasury", "/companies")
        assert during.status_code == 200
        assert "Acme Manufacturing" in during.text
        newcomer = person("billing")
        answer = newcomer.sign_in("treasury")
        assert not newcomer.is_signed_in("treasury")
        assert "Nexus" in answer.text
        assert answer.status_code < 500 or answer.status_code == 503
        for service, before_it in logged.items():
            assert "Traceback" not in stack.log(service)[before_it:]
    finally:
        stack.start("nexus")
    assert tech.is_signed_in("treasury")


def test_a_key_rotated_under_load_refuses_no_request(stack, person):
    tech = person("tech")
    tokens = tech.tokens()
    refused: list[tuple[int, str]] = []
    kids: set[str] = set()
    done = threading.Event()

    def keep_asking() -> None:
        pair = person("tech").tokens()
        while not done.is_set():
            access = pair["access"]
            kids.add(json.loads(base64.urlsafe_b64decode(access.split(".")[0] + "=="))["kid"])
            answer = requests.get(
                stack.urls["archive"] + "/api/me",
                headers={"Authorization": f"Bearer {access}"},
                timeout=20,
            )
            if answer.status_code != 200:
                refused.append((answer.status_code, answer.text))
            pair = refresh(stack, pair["refresh"]).json()

    threads = [threading.Thread(target=keep_asking) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)
        stack.manage("nexus", "rotate_signing_key", "--now")
        deadline = time.monotonic() + 30
        while len(kids) < 2 and time.monotonic() < deadline:
            time.sleep(0.5)
        time.sleep(1)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert len(kids) == 2, "the new key never signed"
    assert refused == []
    # A token of the old key lives on until it expires.
    answer = requests.get(
        stack.urls["treasury"] + "/api/me",
        headers={"Authorization": f"Bearer {tokens['access']}"},
        timeout=20,
    )
    assert answer.status_code == 200
