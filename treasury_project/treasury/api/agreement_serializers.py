"""Agreements with their lines and prepaid hours as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from hm_auth.rest.serializers import FullCleanModelSerializer
from treasury.agreements.models import (
    Addition,
    Agreement,
    Allowance,
    Discount,
    PrepaidBlock,
    Tier,
)
from treasury.api.fields import MoneyField, PriceField
from treasury.billing_rules.money import Money
from treasury.days import sensible


class FixedFieldsSerializer(FullCleanModelSerializer):
    """``Meta.fixed`` are given when a row is made; later they may only be sent back as they are."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        meta: Any = self.Meta
        wrong = {}
        for name in meta.fixed if self.instance is not None else ():
            source = self.fields[name].source
            if source in attrs and attrs[source] != getattr(self.instance, source):
                wrong[name] = ["This cannot be changed."]
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().validate(attrs)


class TierSerializer(serializers.ModelSerializer[Any]):
    """The price of each unit beyond a number of them; the first tier is above 0."""

    above = serializers.DecimalField(max_digits=14, decimal_places=4, min_value=0)
    unit_price = PriceField(currency="addition.agreement.currency")

    class Meta:
        model = Tier
        fields = ("above", "unit_price")


class DiscountSerializer(FixedFieldsSerializer):
    """A part of the price that is let off. `end` is the first day it no longer is."""

    class Meta:
        model = Discount
        fields = ("id", "addition", "percent", "start", "end", "reason")
        fixed: ClassVar = ("addition",)


class AdditionSerializer(FixedFieldsSerializer):
    """A line of an agreement. `end` is the first day it no longer counts.

    `tiers` stand in for `override_price`; without both the plan's price holds, then the list's.
    """

    company = serializers.UUIDField(source="company_id", read_only=True)
    override_price = PriceField(
        currency="agreement.currency", required=False, allow_null=True,
        help_text="0 is a price; null takes the plan's or the list's.",
    )  # fmt: skip
    tiers = TierSerializer(many=True, required=False)
    discounts = DiscountSerializer(many=True, read_only=True)

    class Meta:
        model = Addition
        fixed: ClassVar = ("agreement",)
        fields: tuple[str, ...] = (
            "id", "agreement", "company", "product", "description", "position", "kind", "source",
            "counts", "quantity", "included", "increment", "override_price", "tiers", "scheme",
            "proration", "start", "end", "discounts",
        )  # fmt: skip

    def unchecked(self, draft: Any) -> set[str]:  # noqa: ARG002
        return {"company_id"}  # another line in the way is refused by the operation, with its name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        price = attrs.get("override_price", getattr(self.instance, "override_price", None))
        tiers = attrs.get("tiers")
        if tiers is None and self.instance is not None:
            tiers = list(self.instance.tiers.all())
        if tiers and price is not None:
            problem = "Give one agreed price, or prices by number; not both."
            raise serializers.ValidationError({"tiers": [problem]})
        return super().validate(attrs)


class ChangeAdditionSerializer(AdditionSerializer):
    """What a line that was billed becomes `from_day` on; one that never was is put right."""

    from_day = serializers.DateField(
        required=False,
        validators=[sensible],
        write_only=True,
        help_text="Needed once the line was billed: bills of the days before stay as they are.",
    )

    class Meta(AdditionSerializer.Meta):
        fields = (*AdditionSerializer.Meta.fields, "from_day")


class AgreementSerializer(FixedFieldsSerializer):
    """What was agreed with a company, with its lines. `end` is the first day it does not hold."""

    company = serializers.UUIDField(source="company_id")
    minimum = MoneyField(required=False, allow_null=True, min_value=0)
    additions = AdditionSerializer(many=True, read_only=True)

    class Meta:
        model = Agreement
        fixed: ClassVar = ("company", "plan", "anchor")
        fields = (
            "id", "company", "title", "plan", "term_months", "renewal", "notice_days", "start",
            "end", "anchor", "cadence_months", "timing", "currency", "payment_days", "po_number",
            "proration", "minimum", "additions",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"start": {"validators": [sensible]}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        row = self.draft(attrs)
        try:
            Money(row.minimum, row.currency) if row.minimum is not None else None
        except ValueError as problem:
            raise serializers.ValidationError({"minimum": [str(problem)]}) from problem
        return attrs


class AllowanceSerializer(FixedFieldsSerializer):
    """Hours given every month or year. `end` is the first day it is not given any more."""

    company = serializers.UUIDField(source="agreement.company_id", read_only=True)

    class Meta:
        model = Allowance
        fixed: ClassVar = ("agreement",)
        fields = (
            "id", "agreement", "company", "minutes", "every_months", "start", "end",
            "rate_classes", "carry_limit",
        )  # fmt: skip


class BlockSerializer(FixedFieldsSerializer):
    """Hours bought at once. `end` is the first day on which what is left is lost."""

    company = serializers.UUIDField(source="agreement.company_id", read_only=True)

    class Meta:
        model = PrepaidBlock
        fixed: ClassVar = ("agreement",)
        fields = (
            "id", "agreement", "company", "minutes", "start", "end", "rate_classes",
            "carry_limit", "carry_until", "note",
        )  # fmt: skip


class LastDay(serializers.Serializer[Any]):
    """The last day it holds."""

    last_day = serializers.DateField(validators=[sensible])
