"""The request as pages get it behind ``requires``: from a signed-in person."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from hm_auth.answers import Caller
from hm_auth.models import User


class PersonRequest(HttpRequest):
    """``caller`` asks Nexus on behalf of ``user``. For annotations only: nothing makes one."""

    user: User
    caller: Caller
    htmx: HtmxDetails
