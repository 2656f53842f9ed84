"""The REST framework's settings, the same in every service; names only, nothing is imported."""

from __future__ import annotations

from typing import Any

MODULE_AUTHENTICATION = "hm_auth.rest.authentication.BearerAuthentication"
SESSION_AUTHENTICATION = "rest_framework.authentication.SessionAuthentication"


def rest_framework(bearer: str = MODULE_AUTHENTICATION) -> dict[str, Any]:
    """Return REST_FRAMEWORK; ``bearer`` is the class that reads an access token.

    It stands first: its challenge is what an anonymous caller gets with a 401 (RFC 6750).
    """
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [bearer, SESSION_AUTHENTICATION],
        "DEFAULT_PERMISSION_CLASSES": ["hm_auth.rest.permissions.HasCapability"],
        "DEFAULT_RENDERER_CLASSES": [
            "hm_auth.rest.renderers.JSONRenderer",
            "hm_auth.rest.renderers.BrowsableRenderer",
        ],
        "DEFAULT_PARSER_CLASSES": ["hm_auth.rest.parsers.StrictJSONParser"],
        "DEFAULT_PAGINATION_CLASS": "hm_auth.rest.pagination.KeysetPagination",
        "DEFAULT_SCHEMA_CLASS": "hm_auth.rest.schema.ProblemAutoSchema",
        "EXCEPTION_HANDLER": "hm_auth.rest.problems.exception_handler",
        # Content is negotiated by the Accept header alone; query parameters are filters.
        "URL_FORMAT_OVERRIDE": None,
        "DEFAULT_METADATA_CLASS": None,
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
        "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    }


def spectacular(title: str, description: str = "") -> dict[str, Any]:
    """Return SPECTACULAR_SETTINGS for the OpenAPI document of one service."""
    return {
        "TITLE": title,
        "DESCRIPTION": description,
        "VERSION": "1",
        "SERVE_INCLUDE_SCHEMA": False,
        "SCHEMA_PATH_PREFIX": r"/api/",
        "APPEND_COMPONENTS": {"securitySchemes": {"basic": {"type": "http", "scheme": "basic"}}},
        "COMPONENT_SPLIT_REQUEST": True,
        "COMPONENT_NO_READ_ONLY_REQUIRED": True,
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "PREPROCESSING_HOOKS": ["hm_auth.rest.schema.drop_slashless_aliases"],
    }
