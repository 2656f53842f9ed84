"""Settings of Archive."""

from __future__ import annotations

import os

from archive import storages
from archive.service import SERVICE
from hm_auth.service import api_defaults, defaults

CONFIG = SERVICE.load()
globals().update(defaults.common_settings(CONFIG))
globals().update(defaults.module_settings(CONFIG))
globals().update(defaults.background(CONFIG))

DEMO = os.environ.get("HM_DEMO") == "1"
SERVICE_NAME = SERVICE.title
SERVICE_ICON = SERVICE.icon

INSTALLED_APPS = [
    *defaults.MODULE_APPS,
    "pgtrigger",
    "pghistory",
    "django_tasks_db",
    "hm_auth.webhooks",
    "archive.spaces",
    "archive.articles",
    "archive.links",
    "archive.search",
    "archive.records",
    "archive.runbooks",
    "archive.exchange",
    "archive.feed",
    "archive.attachments",
    "archive.drafts",
    "archive.discussion",
    "archive.pages",
]
if DEMO:
    INSTALLED_APPS.append("archive.demo")
MIDDLEWARE = [*defaults.MODULE_MIDDLEWARE, "pghistory.middleware.HistoryMiddleware"]
STORAGES = {
    **globals()["STORAGES"],
    "attachments": storages.attachments(CONFIG),
}
HM_MAX_REQUEST_MB = CONFIG["MAX_REQUEST_MB"]
HM_MAX_ATTACHMENT_MB = CONFIG["MAX_ATTACHMENT_MB"]
ROOT_URLCONF = "archive.urls"
WSGI_APPLICATION = "archive.wsgi.application"

SPECTACULAR_SETTINGS = {
    **api_defaults.spectacular("Archive API"),
    "ENUM_NAME_OVERRIDES": {
        "ArticleKind": "archive.articles.models.Kind",
        "SpaceKind": "archive.spaces.models.Kind",
        "RunState": "archive.runbooks.models.State",
        "ImportState": "archive.exchange.models.State",
    },
}

HM_WEBHOOKS = {
    "EVENTS": {
        "article.created": "an article is written",
        "article.changed": "an article is changed: it has a new revision",
        "article.published": "clients may read an article from now on",
        "article.deleted": "an article is moved to the trash",
        "article.restored": "an article is taken out of the trash",
        "comment.added": "somebody comments on an article",
        "record.expiring": "a date of a record is 90, 60, 30 or 0 days away",
        "run.closed": "a run of a runbook is finished or abandoned",
    },
    "CAPABILITY": "archive.manage",
    "PRIVATE_ADDRESSES": CONFIG["WEBHOOKS_PRIVATE"],
}

HM_SEARCH = ("Search articles", "search")
HM_NAV = [
    ("Home", "home", "house", "archive.open"),
    ("Recently changed", "recent", "history", "archive.open"),
    ("My reading", "reading", "star", "archive.open"),
    ("Watching", "watching", "bell", "archive.open"),
    ("To review", "review", "calendar-check", "archive.internal"),
    ("Links to mend", "broken-links", "unlink", "archive.write"),
    ("Records", "records", "database", "archive.open"),
    ("Expiring", "expiring", "calendar-clock", "archive.internal"),
    ("Runs", "runs", "list-checks", "archive.internal"),
    ("Companies", "companies", "building-2", "directory.view"),
    ("Webhooks", "webhooks", "webhook", "archive.manage"),
]
