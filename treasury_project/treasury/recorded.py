"""Saving what people keep: whole or not at all, told to the history, refused in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pghistory
from django.db import IntegrityError, transaction

from hm_auth.exceptions import HiveMatrixError
from hm_auth.models import User


class Refused(HiveMatrixError):
    """The database refuses it; the message says why, for people."""

    code = "not_possible"


@contextmanager
def recorded(
    *, by: User | None, reason: str = "", words: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Do it in one transaction, with who and why in the history. Raises Refused.

    ``words`` maps names of constraints to what to say when one is broken.
    """
    about = {"name": by.display_name or by.username} if by else {}
    try:
        with transaction.atomic(), pghistory.context(**about, reason=reason):
            yield
    except IntegrityError as refusal:
        diagnosis = getattr(refusal.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", "") or ""
        general = "The database refuses this: it contradicts something that is there."
        raise Refused((words or {}).get(name, general)) from refusal
