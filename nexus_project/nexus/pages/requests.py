"""What ``requires`` promises the views of this app, in words the type checker understands."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from nexus.accounts.models import User
from nexus.signins.models import SignIn


class PersonRequest(HttpRequest):
    """A request of somebody signed in. For annotations only: nothing makes one."""

    user: User
    sign_in: SignIn
    htmx: HtmxDetails
