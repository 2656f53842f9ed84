"""What the token endpoints take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

LONGEST = 1024  # of a password, a code, a refresh token
LONGEST_JWT = 8192


class TokenRequest(serializers.Serializer[Any]):
    """A username and a password, or an API token, or a one-time code."""

    username = serializers.CharField(max_length=150, required=False)
    password = serializers.CharField(max_length=LONGEST, required=False, trim_whitespace=False)
    api_token = serializers.CharField(
        max_length=LONGEST, required=False, help_text="Made on the account page, `hm_…`."
    )
    code = serializers.CharField(
        max_length=LONGEST, required=False, help_text="From `/api/token/code/`; for modules."
    )
    end_user_ip = serializers.IPAddressField(
        required=False, allow_blank=True, help_text="Believed of modules only."
    )
    end_user_agent = serializers.CharField(required=False, allow_blank=True, max_length=4096)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = {"username", "password", "api_token", "code"} & set(attrs)
        if named in ({"username", "password"}, {"api_token"}, {"code"}):
            return attrs
        raise serializers.ValidationError("Give username and password, or an API token, or a code.")


class RefreshRequest(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=LONGEST)


class CodeRequest(serializers.Serializer[Any]):
    client_id = serializers.CharField(max_length=50, help_text="The module to be opened.")
    subject_token = serializers.CharField(
        max_length=LONGEST_JWT,
        help_text="The person's access token, which the calling module was given (RFC 8693).",
    )


class TokenAnswer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField(required=False, help_text="Not for an API token.")
    expires_in = serializers.IntegerField(help_text="Seconds the access token lives.")


class ServiceAnswer(serializers.Serializer[Any]):
    access = serializers.CharField()
    expires_in = serializers.IntegerField()


class CodeAnswer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Good for one minute, once.")


class KeySetAnswer(serializers.Serializer[Any]):
    keys = serializers.ListField(child=serializers.DictField())
