"""Reports as the API shows them, and the days they are asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from treasury.api.fields import MoneyValue
from treasury.days import sensible


class Days(serializers.Serializer[Any]):
    """Both days are included."""

    first = serializers.DateField(required=False, validators=[sensible], help_text="From this day.")
    last = serializers.DateField(
        required=False, validators=[sensible], help_text="To and including this day."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days: dict[str, date] = {**self.context["days"], **attrs}
        if days["last"] < days["first"]:
            raise serializers.ValidationError({"last": ["The last day is before the first."]})
        return days


class AsOf(serializers.Serializer[Any]):
    """The day that is looked at."""

    on = serializers.DateField(
        required=False, validators=[sensible], help_text="As of this day; today unless given."
    )

    def validate_on(self, day: date) -> date:
        if day > timezone.localdate():
            raise serializers.ValidationError("Nobody knows yet what will be open then.")
        return day


class EntrySerializer(serializers.Serializer[Any]):
    """What changed the balance: positive is owed by the client."""

    day = serializers.DateField(source="entry.day")
    what = serializers.CharField(source="entry.what")
    text = serializers.SerializerMethodField()
    amount = MoneyValue(source="entry.amount")
    balance = MoneyValue()

    def get_text(self, row: Any) -> str:
        entry = row.entry
        return str(entry.text if self.context["internal"] else entry.text_for_client)


class AccountSerializer(serializers.Serializer[Any]):
    """One currency of a client's account."""

    currency = serializers.CharField()
    opening = MoneyValue()
    closing = MoneyValue()
    entries = EntrySerializer(source="rows", many=True)


class StatementSerializer(serializers.Serializer[Any]):
    """What a client owed, what happened, what they owe."""

    company = serializers.UUIDField()
    first = serializers.DateField()
    last = serializers.DateField()
    accounts = AccountSerializer(many=True)


class BucketsSerializer(serializers.Serializer[Any]):
    """What is open by how many days it is overdue."""

    def get_fields(self) -> dict[str, Any]:
        names = ("current", "1-30", "31-60", "61-90", "90+")
        return {name: MoneyValue() for name in names}


class TotalSerializer(serializers.Serializer[Any]):
    """What all clients owe in a currency."""

    currency = serializers.CharField()
    buckets = BucketsSerializer()
    owed = MoneyValue()
    credit = MoneyValue()


class AgedSerializer(TotalSerializer):
    """What one client owes in a currency, and the credit they have."""

    company = serializers.UUIDField(source="company_id")


class ReceivablesSerializer(serializers.Serializer[Any]):
    """Who owes what since when."""

    on = serializers.DateField()
    rows = AgedSerializer(many=True)
    totals = TotalSerializer(many=True)


class ChangeSerializer(serializers.Serializer[Any]):
    """What a client is worth a month, then and now."""

    company = serializers.UUIDField(source="company_id")
    kind = serializers.ChoiceField(choices=["new", "grown", "shrunk", "lost"])
    before = MoneyValue()
    after = MoneyValue()
    difference = MoneyValue()


class RevenueSerializer(serializers.Serializer[Any]):
    """Monthly recurring revenue on two days, and what moved it."""

    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField()
    before = MoneyValue()
    new = MoneyValue()
    grown = MoneyValue()
    shrunk = MoneyValue()
    lost = MoneyValue()
    after = MoneyValue()
    unknown = serializers.IntegerField(help_text="Agreements that cannot be valued.")
    changes = ChangeSerializer(many=True)


class ProfitSerializer(serializers.Serializer[Any]):
    """What was earned with a client: revenue less goods and work; `margin` is in percent."""

    company = serializers.UUIDField(source="company_id")
    revenue = MoneyValue()
    goods = MoneyValue()
    work = MoneyValue()
    minutes = serializers.IntegerField()
    profit = MoneyValue()
    margin = serializers.IntegerField(allow_null=True)


class ProfitabilitySerializer(serializers.Serializer[Any]):
    """Profit per client, the most profitable first."""

    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField()
    rows = ProfitSerializer(many=True)


class PoolSerializer(serializers.Serializer[Any]):
    """Prepaid minutes that work of today may use."""

    agreement = serializers.CharField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    left = serializers.IntegerField()
    start = serializers.DateField()
    last_day = serializers.DateField(allow_null=True)


class PrepaidSerializer(serializers.Serializer[Any]):
    """The prepaid hours of a client."""

    company = serializers.UUIDField()
    pools = PoolSerializer(many=True)


class SourceSerializer(serializers.Serializer[Any]):
    """A payment, or a document that gave money back, that is not used up."""

    since = serializers.DateField()
    left = MoneyValue()
    payment = serializers.UUIDField(source="payment.pk", default=None, allow_null=True)
    document = serializers.UUIDField(source="document.pk", default=None, allow_null=True)


class CreditSerializer(serializers.Serializer[Any]):
    """The credit of a client in a currency, the oldest first."""

    company = serializers.UUIDField()
    currency = serializers.CharField()
    credit = MoneyValue()
    sources = SourceSerializer(many=True)
