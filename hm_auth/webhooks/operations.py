"""Keeping endpoints, announcing events, and delivering what waits."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hm_auth.webhooks import conf, posting, rules, secrets
from hm_auth.webhooks.models import Endpoint, Message
from hm_auth.webhooks.tasks import deliver_waiting

LOG_KEPT = timedelta(days=60)


def announce(event: str, payloads: Iterable[Mapping[str, Any]]) -> int:
    """Write a message for every payload and endpoint that wants ``event``; returns how many.

    Part of the caller's transaction: if that fails, nothing was announced; if it is committed, a
    message waits even when this process dies in the next moment. Raises KeyError for an event that
    the module does not name.
    """
    conf.events()[event]
    endpoints = list(Endpoint.objects.filter(is_active=True, events__contains=[event]))
    if not endpoints:
        return 0
    now = timezone.now()
    messages = [
        Message(endpoint=endpoint, event=event, body=_body(event, payload, now.isoformat()))
        for payload in payloads
        for endpoint in endpoints
    ]
    Message.objects.bulk_create(messages, batch_size=1000)
    if messages:
        transaction.on_commit(deliver_waiting.enqueue, robust=True)
    return len(messages)


def _body(event: str, payload: Mapping[str, Any], at: str) -> str:
    return json.dumps({"type": event, "timestamp": at, "data": payload}, ensure_ascii=False)


@transaction.atomic
def add(*, url: str, events: list[str], note: str = "") -> tuple[Endpoint, str]:
    """Make an endpoint and return it with its secret, which is shown this once."""
    secret = rules.new_secret()
    sealed = secrets.seal(secret)
    row = Endpoint.objects.create(url=url, events=events, note=note, sealed_secret=sealed)
    return row, secret


@transaction.atomic
def renew_secret(endpoint: Endpoint) -> str:
    """Give ``endpoint`` a new secret and return it; the old one is worth nothing from now on."""
    secret = rules.new_secret()
    endpoint.sealed_secret = secrets.seal(secret)
    endpoint.save(update_fields=["sealed_secret"])
    return secret


@transaction.atomic
def send_again(message: Message) -> None:
    """Let a message that was given up, or has arrived, be sent once more."""
    message.attempts, message.next_attempt_at, message.delivered_at = 0, timezone.now(), None
    message.save(update_fields=["attempts", "next_attempt_at", "delivered_at"])
    transaction.on_commit(deliver_waiting.enqueue, robust=True)


def send_test(endpoint: Endpoint) -> Message:
    """Send ``endpoint`` a message of the type ``test``, whatever it asked for."""
    body = _body("test", {"text": "HiveMatrix can reach you."}, timezone.now().isoformat())
    message = Message.objects.create(endpoint=endpoint, event="test", body=body)
    deliver(message.pk)
    message.refresh_from_db()
    return message


def deliver_due(*, limit: int = 500) -> int:
    """Try every message whose time has come, at most ``limit``; returns how many were tried."""
    Message.objects.filter(
        created_at__lt=timezone.now() - LOG_KEPT, next_attempt_at__isnull=True
    ).delete()
    due = Message.objects.filter(next_attempt_at__lte=timezone.now(), endpoint__is_active=True)
    ids = list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])
    return sum(1 for pk in ids if deliver(pk))


@transaction.atomic
def deliver(pk: uuid.UUID) -> bool:
    """Try one message; False if another process has it, or nothing is to do.

    The row is locked while it is sent. A process that dies after the endpoint answered sends it
    again: ``webhook-id`` stays the same, so that the receiver can tell.
    """
    rows = Message.objects.select_for_update(of=("self",), skip_locked=True)
    message = rows.select_related("endpoint").filter(pk=pk, next_attempt_at__isnull=False).first()
    if message is None:
        return False
    message.attempts += 1
    message.status_code, message.error = None, ""
    try:
        message.status_code = _post(message)
        if not 200 <= message.status_code < 300:
            message.error = f"It answered {message.status_code}."
    except (posting.NotPosted, secrets.SecretLost) as problem:
        message.error = str(problem)[:300]
    if not message.error:
        message.delivered_at, message.next_attempt_at = timezone.now(), None
    else:
        pause = rules.pause_after(message.attempts)
        message.next_attempt_at = timezone.now() + pause if pause else None
    message.save()
    return True


def _post(message: Message) -> int:
    now = int(time.time())
    secret = secrets.unseal(message.endpoint.sealed_secret)
    ident = f"msg_{message.pk.hex}"
    signature = rules.signature(secret, ident=ident, timestamp=now, body=message.body)
    headers = {
        "webhook-id": ident,
        "webhook-timestamp": str(now),
        "webhook-signature": signature,
        "User-Agent": "HiveMatrix",
    }
    private = conf.private_addresses()
    return posting.post(message.endpoint.url, message.body, headers, private=private)
