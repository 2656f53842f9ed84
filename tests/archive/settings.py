"""The settings of archive for its tests: the real ones, varied."""

from archive.settings import *  # noqa: F403 - a test settings module is the real one, varied

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
