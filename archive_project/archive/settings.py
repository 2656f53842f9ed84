"""Settings of Archive."""

from __future__ import annotations

import os
from pathlib import Path

from hm_auth.service import config, defaults

BASE_DIR = Path(__file__).resolve().parent.parent

CONFIG = config.load("archive", directory=BASE_DIR, options=config.MODULE)
globals().update(defaults.common_settings(CONFIG))
globals().update(defaults.module_settings(CONFIG))

DEMO = os.environ.get("HM_DEMO") == "1"
SERVICE_NAME = "Archive"
SERVICE_ICON = "book-open"

INSTALLED_APPS = [*defaults.MODULE_APPS, "archive.directory"]
MIDDLEWARE = defaults.MODULE_MIDDLEWARE
ROOT_URLCONF = "archive.urls"
WSGI_APPLICATION = "archive.wsgi.application"

HM_NAV = [
    ("Home", "home", "house", "archive.open"),
    ("Companies", "companies", "building-2", "directory.view"),
]
