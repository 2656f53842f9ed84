"""Reminders and late fees as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from treasury.api.catalogue_serializers import Row
from treasury.api.fields import MoneyValue
from treasury.dunning.models import Measure, Notice


class SuggestionSerializer(serializers.Serializer[Any]):
    """A reminder or a late fee that the policy suggests today; `key` names it when deciding."""

    key = serializers.CharField()
    measure = serializers.ChoiceField(choices=Measure.choices)
    stage = serializers.IntegerField(help_text="Reminders are counted from 1; a fee is 0.")
    company = serializers.UUIDField(source="invoice.company_id")
    client_name = serializers.CharField()
    invoice = serializers.UUIDField(source="invoice.pk")
    number = serializers.CharField(source="invoice.label")
    days_late = serializers.IntegerField()
    amount = MoneyValue(help_text="What is open, or the fee.")
    currency = serializers.CharField(source="amount.currency")
    text = serializers.CharField(help_text="What the reminder says.")


class SuggestionsSerializer(serializers.Serializer[Any]):
    """What can be done about overdue invoices, the oldest first."""

    suggestions = SuggestionSerializer(many=True)
    next = serializers.URLField(
        allow_null=True, help_text="Where those of more invoices are, or null."
    )


class Approved(serializers.Serializer[Any]):
    """The keys of suggestions. Reminders go out, fees go on the next invoice."""

    keys = serializers.ListField(
        child=serializers.CharField(max_length=100), allow_empty=False, max_length=1000
    )


class Dismissed(Approved):
    """The keys of suggestions that nothing is done about, and why."""

    reason = serializers.CharField(max_length=500)


class NoticeSerializer(Row):
    """What was decided: `text` was sent, `addition` was charged, or `reason` says why neither."""

    class Meta:
        model = Notice
        fields = (
            "id", "invoice", "measure", "stage", "text", "addition", "reason", "decided_at",
        )  # fmt: skip


class DecidedSerializer(serializers.Serializer[Any]):
    """What was recorded, and why some were left out. What is settled meanwhile is in neither."""

    notices = NoticeSerializer(many=True)
    left_out = serializers.ListField(child=serializers.CharField())
