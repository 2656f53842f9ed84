"""The settings for the tests: the real ones, but for files and mail.

What a conf file would say has a value here unless the environment has one; HM_DB_HOST, HM_DB_PORT,
HM_DB_USER and HM_DB_PASSWORD lead to a PostgreSQL where this user may make databases.
"""

import os

for key, value in {
    "HM_SECRET_KEY": "a key for tests that is long enough to be taken as one, 0123456789",
    "HM_PUBLIC_URL": "http://127.0.0.1:5099",
    "HM_NEXUS_URL": "http://127.0.0.1:5000",
    "HM_CLIENT_ID": "sample",
    "HM_CLIENT_SECRET": "not a secret, for tests",
    "HM_DB_NAME": "sample",
    "HM_DB_USER": "sample",
    "HM_LOG_FORMAT": "text",
}.items():
    os.environ.setdefault(key, value)

from sample.settings import *  # noqa: E402, F403 - a test settings module is the real one, varied

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
