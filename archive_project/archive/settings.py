"""Settings of Archive."""

from __future__ import annotations

import os

from archive.service import SERVICE
from hm_auth.service import api_defaults, defaults

CONFIG = SERVICE.load()
globals().update(defaults.common_settings(CONFIG))
globals().update(defaults.module_settings(CONFIG))

DEMO = os.environ.get("HM_DEMO") == "1"
SERVICE_NAME = SERVICE.title
SERVICE_ICON = SERVICE.icon

INSTALLED_APPS = [
    *defaults.MODULE_APPS,
    "pgtrigger",
    "pghistory",
    "django_tasks_db",
    "archive.spaces",
    "archive.articles",
    "archive.links",
    "archive.search",
    "archive.records",
    "archive.runbooks",
    "archive.exchange",
    "archive.pages",
]
if DEMO:
    INSTALLED_APPS.append("archive.demo")
MIDDLEWARE = [*defaults.MODULE_MIDDLEWARE, "pghistory.middleware.HistoryMiddleware"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
ROOT_URLCONF = "archive.urls"
WSGI_APPLICATION = "archive.wsgi.application"

SPECTACULAR_SETTINGS = {
    **api_defaults.spectacular("Archive API"),
    "ENUM_NAME_OVERRIDES": {
        "ArticleKind": "archive.articles.models.Kind",
        "SpaceKind": "archive.spaces.models.Kind",
    },
}

HM_NAV = [
    ("Home", "home", "house", "archive.open"),
    ("Recently changed", "recent", "history", "archive.open"),
    ("My reading", "reading", "star", "archive.open"),
    ("Links to mend", "broken-links", "unlink", "archive.write"),
    ("Records", "records", "database", "archive.open"),
    ("Expiring", "expiring", "calendar-clock", "archive.internal"),
    ("Runs", "runs", "list-checks", "archive.internal"),
    ("Companies", "companies", "building-2", "directory.view"),
]
