"""Doing once what a program asks for twice, since it did not hear the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from hm_auth.exceptions import HiveMatrixError
from treasury.retries.models import Answered

KEPT = timedelta(days=30)  # how long a retry may come after the first attempt
REFUSED = 400  # from this status on the request can be sent again, corrected
Answer = tuple[int, Any]  # status and body


class KeyUsed(HiveMatrixError):
    """The idempotency key belongs to another request."""

    code = "idempotency_key_used"


@transaction.atomic
def once(*, caller: str, key: str, request: Any, do: Callable[[], Answer]) -> Answer:
    """Return what ``do`` answers, or what the same request was answered before.

    ``request`` is what tells requests apart, as JSON can say it. All of it is one transaction: what
    ``do`` raises is passed on, and then nothing is written or remembered; what it writes before it
    answers with a refusal stays, and the refusal is not remembered either. Two requests with one
    key at once: the second waits and gets the answer of the first. Raises KeyUsed.
    """
    text = json.dumps(request, sort_keys=True, cls=JSONEncoder)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{caller} {key}"])
    known = Answered.objects.filter(caller=caller, key=key).first()
    if known is not None:
        if known.digest != digest:
            raise KeyUsed("This Idempotency-Key was sent with another request; take a new one.")
        return known.status, known.body
    status, body = do()
    if status >= REFUSED:
        return status, body
    Answered.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    Answered.objects.create(caller=caller, key=key, digest=digest, status=status, body=body)
    return status, body
