"""The Django settings every service shares, so that a service's own file says only what differs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

from hm_auth.service import api_defaults, logs
from hm_auth.service.config import Config

UI_APPS = [
    "hm_auth.ui",
    "hm_auth.service",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "lucide",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MODULE_APPS = ["hm_auth", *UI_APPS]

_FIRST = [
    "hm_auth.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hm_auth.middleware.ContentSecurityPolicyMiddleware",
    "hm_auth.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
_LAST = [
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hm_auth.middleware.MethodPageMiddleware",
]

MODULE_MIDDLEWARE = [*_FIRST, "hm_auth.authentication.AuthenticationMiddleware", *_LAST]
NEXUS_MIDDLEWARE = [*_FIRST, "nexus.signins.middleware.AuthenticationMiddleware", *_LAST]


def common_settings(config: Config) -> dict[str, Any]:
    """Return the settings shared by all services, Nexus included, from ``config``."""
    url = urlsplit(config["PUBLIC_URL"])
    https = url.scheme == "https"
    return {
        "SECRET_KEY": config["SECRET_KEY"],
        "DEBUG": config["DEBUG"],
        "PUBLIC_URL": config["PUBLIC_URL"].rstrip("/"),
        "METRICS_FROM": config["METRICS_FROM"],
        "SENTRY_DSN": config["SENTRY_DSN"],
        "REDIS_URL": config.values.get("REDIS_URL", ""),  # an option of services with a worker
        "ALLOWED_HOSTS": _hosts(url.hostname, config),
        "CSRF_TRUSTED_ORIGINS": [f"{url.scheme}://{url.netloc}"],
        "DATABASES": _databases(config),
        "DATABASE_ROUTERS": ["hm_auth.replica.Router"] if config["DB_REPLICA_HOST"] else [],
        "LOGGING": logs.logging_config(config),
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": config["TIME_ZONE"],
        "LANGUAGE_CODE": "en-us",
        "STATIC_URL": "static/",
        "STATIC_ROOT": Path(config["STATIC_DIR"] or config.path.parent) / f"{config.name}-static",
        "STATICFILES_DIRS": [("bootstrap", _package_folder("bootstrap"))],
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        },
        "WHITENOISE_KEEP_ONLY_HASHED_FILES": True,
        "TEMPLATES": templates(),
        "CRISPY_ALLOWED_TEMPLATE_PACKS": "bootstrap5",
        "CRISPY_TEMPLATE_PACK": "bootstrap5",
        # Cookies carry the service's name: on one host, ports do not keep cookies apart.
        "SESSION_COOKIE_NAME": f"{config.name}_session",
        "CSRF_COOKIE_NAME": f"{config.name}_csrf",
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": False,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_HSTS_SECONDS": 31536000 if https else 0,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "REST_FRAMEWORK": api_defaults.rest_framework(),
        "SPECTACULAR_SETTINGS": api_defaults.spectacular(f"{config.name.capitalize()} API"),
        "DEFAULT_FROM_EMAIL": config["EMAIL_FROM"],
        "EMAIL_TIMEOUT": 10,
        **environ.Env.email_url_config(config["EMAIL_URL"]),
    }


def background(config: Config) -> dict[str, Any]:
    """Return where background work waits: the database, or Redis with ``REDIS_URL``.

    ``django_tasks_db`` is an installed app in both cases, so that its tables are there.
    """
    where = "hm_auth.service.redis_queue.RedisBackend"
    backend = where if config["REDIS_URL"] else "django_tasks_db.DatabaseBackend"
    return {"TASKS": {"default": {"BACKEND": backend}}}


def module_settings(config: Config) -> dict[str, Any]:
    """Return what a module needs on top: users, sessions and sign-in through Nexus."""
    return {
        "AUTH_USER_MODEL": "hm_auth.User",
        "AUTHENTICATION_BACKENDS": ["hm_auth.backends.NexusBackend"],
        "SESSION_ENGINE": "hm_auth.session",
        "LOGIN_URL": "hm_auth:login",
        "LOGIN_REDIRECT_URL": "home",
        "TEMPLATES": templates("hm_auth.context.hm"),
        # Answers of Nexus are kept here for an outage; Django's default is 300 of them.
        "CACHES": {
            "default": {
                "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                "OPTIONS": {"MAX_ENTRIES": 1000},
            }
        },
        # Usernames may change hands in Nexus; a module's copies are told apart by their id.
        "SILENCED_SYSTEM_CHECKS": ["auth.W004"],
        "HM_AUTH": {
            "NEXUS_URL": config["NEXUS_URL"].rstrip("/"),
            "NEXUS_PUBLIC_URL": config["NEXUS_PUBLIC_URL"].rstrip("/"),
            "GRACE_SECONDS": config["GRACE_SECONDS"],
            "CLIENT_ID": config["CLIENT_ID"],
            "CLIENT_SECRET": config["CLIENT_SECRET"],
        },
    }


def templates(*context_processors: str) -> list[dict[str, Any]]:
    """Return TEMPLATES; each service adds the processor that gives the base template its ``hm``."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    *context_processors,
                ],
            },
        }
    ]


def _databases(config: Config) -> dict[str, Any]:
    databases = {"default": _database(config)}
    if hosts := config["DB_REPLICA_HOST"]:
        databases["replica"] = {
            **databases["default"], "HOST": hosts, "TEST": {"MIRROR": "default"}
        }  # fmt: skip
    return databases


def _database(config: Config) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": config["DB_HOST"],
        "PORT": config["DB_PORT"],
        "NAME": config["DB_NAME"],
        "USER": config["DB_USER"],
        "PASSWORD": config["DB_PASSWORD"],
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
        # A cursor of the server outlives a transaction, and with a pooler its connection does not.
        "DISABLE_SERVER_SIDE_CURSORS": config["DB_POOLED"],
    }


def _hosts(public: str | None, config: Config) -> list[str]:
    """Return the names it answers to; a proxy's health check calls it by the address it has."""
    return [public or "", "localhost", "127.0.0.1", config["HOST"], *config["ALLOWED_HOSTS"]]


def _package_folder(package: str) -> str:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {package} is not installed.")
    return str(next(iter(spec.submodule_search_locations)))
