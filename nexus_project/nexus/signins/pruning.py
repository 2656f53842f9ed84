"""Throwing away what has expired; in portions, so that no statement locks much for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pgtrigger
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from nexus.signins import keys, rules
from nexus.signins.models import Event, LoginCode, SignIn, Throttle

EVENT_DAYS = 730
PORTION = 5000


def prune(*, event_days: int = EVENT_DAYS) -> dict[str, int]:
    """Remove what has expired and return how much of each.

    Sign-ins stay for as long as they make an address known (30 days); ``event_days`` is the life of
    the audit trail, whose rows nothing else may remove.
    """
    now = timezone.now()
    old = now - rules.KNOWN_ADDRESS
    over = SignIn.objects.filter(Q(expires_at__lt=now) | Q(ended_at__isnull=False))
    removed = {
        "sign-ins": _in_portions(over.filter(created_at__lt=old)),
        "codes": _in_portions(LoginCode.objects.filter(expires_at__lt=now)),
        "counters": _in_portions(Throttle.objects.filter(last_failed_at__lt=now - rules.DECAY)),
        "browser sessions": _in_portions(Session.objects.filter(expire_date__lt=now)),
        "keys": keys.remove_useless_keys(),
    }
    with pgtrigger.ignore("signins.Event:only_added"):
        past = Event.objects.filter(at__lt=now - timedelta(days=event_days))
        removed["events"] = _in_portions(past)
    return removed


def _in_portions(rows: QuerySet[Any]) -> int:
    total = 0
    while portion := list(rows.values_list("pk", flat=True)[:PORTION]):
        rows.model._default_manager.filter(pk__in=portion).delete()  # noqa: SLF001
        total += len(portion)
    return total
