"""The settings of Nexus for its tests: the real ones, but for files, mail and the hash."""

from nexus.settings import *  # noqa: F403 - a test settings module is the real one, varied

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A real hash costs as much as a hundred requests and says nothing about answers. The test that
# looks at the hash itself asks for the real hasher.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
