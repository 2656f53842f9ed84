"""/metrics: what is counted, and who may see it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from hm_auth.metrics import registry
from hm_auth.service.options import COMMON
from hm_auth.service.proxies import behind_proxies
from hm_auth.webhooks.models import Endpoint, Message

pytestmark = pytest.mark.django_db
DASHBOARD = Path(__file__).parents[2] / "deploy/grafana/hivematrix.json"


def read(client: Client | None = None) -> dict[tuple[str, frozenset], float]:
    """Read /metrics as Prometheus does: name and labels of each sample, and its value."""
    text = (client or Client()).get("/metrics").content.decode()
    families = text_string_to_metric_families(text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(name: str, **labels: str) -> float:
    return read().get((name, frozenset(labels.items())), 0.0)


def test_requests_are_counted_by_view_and_status_and_timed(sign_in):
    labels = {"view": "home", "method": "GET", "status": "200"}
    before = value("hivematrix_requests_total", **labels)
    timed = value("hivematrix_request_seconds_count", view="home")
    client = sign_in("tech")
    for _ in range(3):
        assert client.get("/").status_code == 200
    assert value("hivematrix_requests_total", **labels) == before + 3
    assert value("hivematrix_request_seconds_count", view="home") == timed + 3
    assert value("hivematrix_requests_running") == 1  # the one that reads this


def test_a_visitor_cannot_make_labels(browser):
    browser.get("/no-such-page-4711")
    browser.generic("BREW", "/healthz")
    text = browser.get("/metrics").content.decode()
    assert "4711" not in text
    assert "BREW" not in text
    assert 'view="none",method="GET",status="404"' in text or value(
        "hivematrix_requests_total", view="none", method="GET", status="404"
    )


def test_calls_to_nexus_are_counted_by_their_outcome(nexus, sign_in, browser):
    before = {key: value("hivematrix_calls_total", to="nexus", outcome=key) for key in OUTCOMES}
    timed = value("hivematrix_call_seconds_count", to="nexus")
    sign_in("tech")
    browser.post("/auth/login", {"username": "tech", "password": "wrong"})
    after = {key: value("hivematrix_calls_total", to="nexus", outcome=key) for key in OUTCOMES}
    assert after["answered"] > before["answered"]
    assert after["refused"] == before["refused"] + 1
    assert after["unavailable"] == before["unavailable"]
    assert value("hivematrix_call_seconds_count", to="nexus") > timed


OUTCOMES = ("answered", "refused", "unavailable")


def test_waiting_work_is_shown_with_its_age():
    endpoint = Endpoint.objects.create(url="https://rmm.example/", events=["thing.made"])
    ago = timezone.now() - timedelta(minutes=7)
    Message.objects.create(endpoint=endpoint, event="thing.made", body="{}", next_attempt_at=ago)
    Message.objects.create(endpoint=endpoint, event="thing.made", body="{}", next_attempt_at=None)
    found = read()
    webhooks = frozenset({("queue", "webhooks")})
    assert found["hivematrix_queue_waiting", webhooks] == 1
    assert found["hivematrix_queue_failed", webhooks] == 1
    assert 420 <= found["hivematrix_queue_oldest", webhooks] < 480
    assert found["hivematrix_database_up", frozenset()] == 1


def test_a_database_that_does_not_answer_is_a_figure_and_no_error(monkeypatch):
    def refuse() -> float:
        raise DatabaseError

    monkeypatch.setattr("hm_auth.views.metrics._select_1", refuse)
    assert value("hivematrix_database_up") == 0
    assert value("hivematrix_database_up") == 0


@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        (["127.0.0.1", "::1"], "127.0.0.1", 200),
        (["127.0.0.1", "::1"], "::1", 200),
        (["127.0.0.1", "::1"], "203.0.113.7", 404),
        (["127.0.0.1", "::1"], "fe80::1%eth0", 404),
        (["127.0.0.1", "::1"], "", 404),
        (["10.1.0.0/16"], "10.1.255.3", 200),
        (["10.1.0.0/16"], "127.0.0.1", 404),
        (["2001:db8::/32"], "2001:db8::9", 200),
        ([], "127.0.0.1", 404),
    ],
)
def test_only_the_addresses_named_may_look(settings, browser, allowed, address, status):
    settings.METRICS_FROM = allowed
    assert browser.get("/metrics", REMOTE_ADDR=address).status_code == status


@pytest.mark.parametrize(
    ("peer", "forwarded", "status"),
    [
        ("127.0.0.1", None, 200),  # Prometheus on this machine
        ("127.0.0.1", "203.0.113.7", 404),  # somebody outside, through Caddy
        ("127.0.0.1", "127.0.0.1, 203.0.113.7", 404),  # who claims to be inside
        ("203.0.113.7", "127.0.0.1", 404),  # past Caddy, with the same claim
    ],
)
def test_asking_through_the_proxy_is_asking_from_outside(browser, peer, forwarded, status):
    def application(environ, _start_response):
        answers.append(browser.get("/metrics", REMOTE_ADDR=environ["REMOTE_ADDR"]))
        return []

    answers: list = []
    environ = RequestFactory().get("/metrics").environ | {"REMOTE_ADDR": peer, "REMOTE_HOST": peer}
    if forwarded:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    behind_proxies(application, ["127.0.0.1", "::1"])(environ, None)
    assert answers[0].status_code == status


def test_a_refused_visitor_sees_the_page_that_anything_unknown_is(settings, browser):
    settings.METRICS_FROM = []
    pages = [browser.get(path).content.decode() for path in ("/metrics", "/metricz")]
    token = re.compile(r'(?<="X-CSRFToken": ")\w+')
    assert len({token.sub("", page) for page in pages}) == 1
    assert browser.post("/metrics").status_code == 405


def test_what_is_no_network_is_refused_at_the_start():
    check = next(option.check for option in COMMON if option.key == "METRICS_FROM")
    check(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"])
    with pytest.raises(ValueError, match=r"prometheus\.example is neither"):
        check(["prometheus.example"])


def test_the_dashboard_asks_for_figures_that_exist(browser):
    names = {name for name, _ in read()}
    names |= {name for family in registry.collect() for name in _exported(family)}
    board = json.loads(DASHBOARD.read_text())
    queries = [t["expr"] for panel in board["panels"] for t in panel.get("targets", ())]
    assert len(queries) >= 10
    for query in queries:
        asked = set(re.findall(r"\b(?:hivematrix|process|python)_\w+", query))
        assert asked, query
        assert asked <= names, query


def _exported(family) -> set[str]:
    """Return the names a family's samples have, also before there is one."""
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    return {family.name + suffix for suffix in suffixes.get(family.type, [""])}
