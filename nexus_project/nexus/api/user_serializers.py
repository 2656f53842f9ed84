"""A user as the API shows and takes one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from hm_auth.rest.serializers import FullCleanModelSerializer
from nexus.accounts.models import User


class UserSerializer(FullCleanModelSerializer):
    """A person who signs in. A client has a company, and nobody else does."""

    class Meta:
        model = User
        fields = (
            "id", "username", "email", "full_name", "permission_level", "company", "is_active",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")

    def unchecked(self, draft: User) -> set[str]:  # noqa: ARG002
        return {"password"}


class NewUser(UserSerializer):
    """A new account. Without a password nobody can sign in until it is invited."""

    password = serializers.CharField(
        write_only=True, required=False, trim_whitespace=False, max_length=1024
    )

    class Meta(UserSerializer.Meta):
        fields: Any = (
            "username", "email", "full_name", "permission_level", "company", "password",
        )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "password" in attrs:
            try:
                validate_password(attrs["password"], self.draft(attrs))
            except ValidationError as error:
                raise serializers.ValidationError({"password": error.messages}) from error
        return attrs
