"""Settings of Treasury."""

from __future__ import annotations

import os
from pathlib import Path

from hm_auth.service import config, defaults

BASE_DIR = Path(__file__).resolve().parent.parent

CONFIG = config.load("treasury", directory=BASE_DIR, options=config.MODULE)
globals().update(defaults.common_settings(CONFIG))
globals().update(defaults.module_settings(CONFIG))

DEMO = os.environ.get("HM_DEMO") == "1"
SERVICE_NAME = "Treasury"
SERVICE_ICON = "landmark"

INSTALLED_APPS = [*defaults.MODULE_APPS, "treasury.directory"]
MIDDLEWARE = defaults.MODULE_MIDDLEWARE
ROOT_URLCONF = "treasury.urls"
WSGI_APPLICATION = "treasury.wsgi.application"

HM_NAV = [
    ("Home", "home", "house", "treasury.open"),
    ("Companies", "companies", "building-2", "directory.view"),
]
