"""The smallest module: Nexus is played by ``tests.hm_auth.fake_nexus``, the database is real."""

from pathlib import Path

from hm_auth.service import Service, defaults

CONFIG = Service(
    name="hm_auth",
    title="Sample",
    description="A module that exists for the tests of hm_auth.",
    icon="box",
    port=5009,
    directory=Path(__file__).resolve().parent,
).load()
globals().update(defaults.common_settings(CONFIG))
globals().update(defaults.module_settings(CONFIG))

SERVICE_NAME = "Sample"
SERVICE_ICON = "box"
INSTALLED_APPS = [*defaults.MODULE_APPS, "hm_auth.webhooks"]
HM_WEBHOOKS = {
    "EVENTS": {"thing.made": "a thing was made", "thing.gone": "a thing is gone"},
    "CAPABILITY": "sample.special",
    "PRIVATE_ADDRESSES": True,
}
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
MIDDLEWARE = defaults.MODULE_MIDDLEWARE
ROOT_URLCONF = "tests.hm_auth.urls"
HM_NAV = [
    ("Home", "home", "house", "account.own"),
    ("Companies", "companies", "building-2", "directory.view"),
]
HM_AUTH = {
    "NEXUS_URL": "http://127.0.0.1:9",  # nobody listens there: the fixture ``nexus`` says where
    "ISSUER": "http://nexus.test",
    "CLIENT_ID": "sample",
    "CLIENT_SECRET": "sample-secret",
    "CAPABILITIES": {"sample.special": ["admin", "billing"]},
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
