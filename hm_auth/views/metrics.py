"""``/metrics`` in Prometheus's text format, for the addresses in METRICS_FROM alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from time import perf_counter

from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hm_auth.metrics import registry
from hm_auth.service.backlog import QueueUnavailable, queues


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer what this process counted, and the state of database and queues now.

    Anybody else is told that there is no such page. REMOTE_ADDR is the visitor's own behind a proxy
    in TRUSTED_PROXIES, so that asking through the proxy from outside is asking from outside.
    """
    if not _may_look(request.META.get("REMOTE_ADDR", "")):
        raise Http404
    text = generate_latest(registry) + generate_latest(_State())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _may_look(address: str) -> bool:
    try:
        visitor = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(visitor in ipaddress.ip_network(each) for each in settings.METRICS_FROM)


class _State(Collector):
    """What is looked up when somebody asks, and not counted."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("hivematrix_database_up", "Whether the database answers.")
        seconds = GaugeMetricFamily("hivematrix_database_seconds", "How long SELECT 1 took.")
        labels = ["queue"]
        kinds = {
            "waiting": "Work that is due and waits.",
            "running": "Work that is being done.",
            "failed": "Work given up in the last 24 hours.",
            "oldest": "How many seconds the oldest of it has waited.",
        }
        found = {
            name: GaugeMetricFamily(f"hivematrix_queue_{name}", text, labels=labels)
            for name, text in kinds.items()
        }
        try:
            seconds.add_metric([], _select_1())
            for queue in queues():
                found["waiting"].add_metric([queue.name], queue.waiting)
                found["running"].add_metric([queue.name], queue.running)
                found["failed"].add_metric([queue.name], queue.failed)
                found["oldest"].add_metric([queue.name], queue.oldest.total_seconds())
            up.add_metric([], 1)
        except DatabaseFailure:
            up.add_metric([], 0)
        except QueueUnavailable:  # its figures are missing, which an alert can be set on
            up.add_metric([], 1)
        yield from (up, seconds, *found.values())


def _select_1() -> float:
    connection.ensure_connection()
    started = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return perf_counter() - started
