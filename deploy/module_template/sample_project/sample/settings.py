"""Settings: what differs from those every service shares."""

from __future__ import annotations

import os

from hm_auth.service import api_defaults, defaults
from sample.capabilities import CAPABILITIES, OPEN
from sample.service import SERVICE

CONFIG = SERVICE.load()
MODULE = defaults.module_settings(CONFIG)
globals().update(defaults.common_settings(CONFIG))
globals().update(MODULE)

DEMO = os.environ.get("HM_DEMO") == "1"
SERVICE_NAME = SERVICE.title
SERVICE_ICON = SERVICE.icon

INSTALLED_APPS = [*defaults.MODULE_APPS, "pgtrigger", "pghistory", "sample.items"]
MIDDLEWARE = [*defaults.MODULE_MIDDLEWARE, "pghistory.middleware.HistoryMiddleware"]
ROOT_URLCONF = "sample.urls"
WSGI_APPLICATION = "sample.wsgi.application"
SPECTACULAR_SETTINGS = api_defaults.spectacular(f"{SERVICE.title} API")

HM_AUTH = {**MODULE["HM_AUTH"], "CAPABILITIES": CAPABILITIES}
HM_NAV = [  # label, URL name, icon, capability
    ("Items", "home", "list-checks", OPEN),
    ("Companies", "companies", "building-2", "directory.view"),
]
