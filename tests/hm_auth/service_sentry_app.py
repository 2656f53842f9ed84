"""A Django that breaks while it knows secrets; prints what it would have sent to Sentry."""

from __future__ import annotations

import json
import logging
import sys

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from hm_auth.service import request_id, sentry

settings.configure(
    SECRET_KEY="S3CRET-key",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={},
)
django.setup()

import sentry_sdk  # noqa: E402 - as sentry.start does, after Django


class Printing(sentry_sdk.transport.Transport):
    def capture_envelope(self, envelope: sentry_sdk.envelope.Envelope) -> None:
        sys.stdout.write(json.dumps([item.payload.json for item in envelope.items]) + "\n")


def broken(request: HttpRequest, token: str) -> HttpResponse:
    password, who = request.POST["password"], request.POST["username"]
    request_id.current.set("0123456789abcdef")
    logging.getLogger("hm_auth").error("Nexus said: token=%s", password, extra={"who": who})
    raise RuntimeError(f"cannot reach smtp+tls://user:{password}@mail")


urlpatterns = [path("password-reset/<str:token>", broken)]

if __name__ == "__main__":
    sentry.start(
        "https://key@sentry.invalid/1", service="Sample", transport=Printing, release="1.2.3"
    )
    client = Client(raise_request_exception=False, headers={"Authorization": "Bearer S3CRET"})
    client.cookies["sample_session"] = "S3CRET"
    answer = client.post(
        "/password-reset/S3CRET-token?code=S3CRET",
        {"password": "S3CRET", "username": "P3RSON"},
        headers={"Referer": "http://testserver/?code=S3CRET", "User-Agent": "a browser"},
    )
    sentry_sdk.flush()
    sys.exit(answer.status_code != 500)
