"""Settings of Nexus, the identity provider and directory."""

from __future__ import annotations

import os

from hm_auth.service import api_defaults, defaults
from nexus import unfold
from nexus.service import SERVICE

CONFIG = SERVICE.load()
globals().update(defaults.common_settings(CONFIG))

DEMO = os.environ.get("HM_DEMO") == "1"
SERVICE_NAME = SERVICE.title
SERVICE_ICON = SERVICE.icon

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.sessions",
    *defaults.UI_APPS,
    "import_export",
    "pghistory",
    "pgtrigger",
    "nexus.modules",
    "nexus.directory",
    "nexus.accounts",
    "nexus.api_tokens",
    "nexus.signins",
    "nexus.api",
    "nexus.pages",
    *(["nexus.demo"] if DEMO else []),
]

MIDDLEWARE = [*defaults.NEXUS_MIDDLEWARE, "pghistory.middleware.HistoryMiddleware"]
ROOT_URLCONF = "nexus.urls"
WSGI_APPLICATION = "nexus.wsgi.application"

# The admin's Alpine evaluates expressions and sets styles; scripts in the page stay forbidden.
HM_CSP_OVERRIDES = {
    "/admin/": {
        "script-src": "'self' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
    }
}
TEMPLATES = defaults.templates("nexus.signins.context.hm")

REST_FRAMEWORK = api_defaults.rest_framework("nexus.api.authentication.BearerAuthentication")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["nexus.signins.backends.PasswordBackend"]
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # usernames are unique regardless of case, by a constraint
LOGIN_URL = "hm_auth:login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 3600
PASSWORD_HASHERS = ["nexus.accounts.hashers.Argon2idHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "nexus.accounts.password_length.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SIGN_IN_HOURS = CONFIG["SIGN_IN_HOURS"]
ACCESS_TOKEN_SECONDS = CONFIG["ACCESS_TOKEN_SECONDS"]
ALLOW_DIRECT_CLIENT = CONFIG["ALLOW_DIRECT_CLIENT"]

HM_EXAMINATIONS = ["nexus.signins.examination.signing_keys"]

UNFOLD = unfold.UNFOLD

HM_NAV = [
    ("Home", "home", "house", "account.own"),
    ("Companies", "companies", "building-2", "directory.internal"),
    ("Contacts", "contacts", "contact", "directory.internal"),
    ("Admin", "admin:index", "settings", "directory.manage"),
]
