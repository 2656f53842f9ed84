"""A module as the API shows and takes it."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from hm_auth.rest.fields import SparseFieldsMixin
from nexus.modules.models import Module

SHOWN = ("client_id", "name", "description", "url", "icon", "position")


class ModuleSerializer(SparseFieldsMixin, serializers.ModelSerializer[Module]):
    """A service people can open."""

    class Meta:
        model = Module
        fields = SHOWN
        read_only_fields = SHOWN


class ModuleRegistration(serializers.ModelSerializer[Module]):
    """What a new module says of itself; the domain checks the rest."""

    class Meta:
        model = Module
        fields = (*SHOWN, "levels", "scopes")
        extra_kwargs: ClassVar[dict[str, Any]] = {
            # That it is taken is not an invalid value but a conflict, which the domain reports.
            "client_id": {"validators": []},
        }


class RegisteredModule(ModuleSerializer):
    """The new module with its secret, which is shown this once."""

    client_secret = serializers.CharField()

    class Meta(ModuleSerializer.Meta):
        fields: Any = (*SHOWN, "client_secret")


class NewSecret(serializers.Serializer[Any]):
    """A fresh client secret."""

    client_id = serializers.CharField()
    client_secret = serializers.CharField()
