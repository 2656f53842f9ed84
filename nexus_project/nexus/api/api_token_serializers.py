"""An API token as the API shows and takes one."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from hm_auth.rest.fields import SparseFieldsMixin
from hm_auth.rest.permissions import has_capability
from nexus.accounts.models import User
from nexus.api_tokens.models import ApiToken
from nexus.api_tokens.rules import DEFAULT_DAYS, LIVES

SHOWN = (
    "id", "user", "name", "start", "created_at", "created_by", "expires_at", "last_used_at",
    "revoked_at",
)  # fmt: skip


class ApiTokenSerializer(SparseFieldsMixin, serializers.ModelSerializer[ApiToken]):
    """What a program signs in with. `start` are its first characters."""

    class Meta:
        model = ApiToken
        fields = SHOWN
        read_only_fields = SHOWN


class MadeApiToken(ApiTokenSerializer):
    """The new token with its secret, which is shown this once."""

    token = serializers.CharField()

    class Meta(ApiTokenSerializer.Meta):
        fields: Any = (*SHOWN, "token")


class NewApiToken(serializers.Serializer[Any]):
    """A name, how long it lives, and for administrators whose it is."""

    name = serializers.CharField(max_length=100, help_text="Which program has it, and where.")
    days = serializers.ChoiceField(
        choices=list(LIVES), default=DEFAULT_DAYS, allow_null=True, help_text="`null`: no end."
    )
    user = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.all(), required=False, help_text="For administrators; else oneself."
    )

    def validate_user(self, user: User) -> User:
        """Another account is an administrator's to give; to others there is no such account."""
        caller = self.context["request"].user
        if user.pk != caller.pk and not has_capability(caller, "users.manage"):
            self.fields["user"].fail("does_not_exist", pk_value=user.pk)
        return user
