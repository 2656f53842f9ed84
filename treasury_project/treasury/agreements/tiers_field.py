"""Prices by number as a small table: up to how many, and the price of one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from treasury.usage.intake import cells

ROWS = 4  # that a new line shows
SPARE = 2  # empty ones below those that are filled
Typed = tuple[str, str]  # up to how many, and the price, as they were typed
Tiers = list[tuple[Decimal, Decimal]]  # more than how many, and the price


class TierTable(forms.Widget):
    """A row of inputs for each tier; what each begins at is where the one above it ends."""

    template_name = "treasury/agreements/tier_table.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed: list[Typed] = list(value or ())
        typed += [("", "")] * max(SPARE, ROWS - len(typed))
        before = ["", *(upto for upto, _ in typed)]
        rows = zip(before, typed, strict=False)
        context["rows"] = [(above, upto, price) for above, (upto, price) in rows]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Typed]:  # noqa: ARG002
        upto, price = (data.getlist(f"{name}_{each}") for each in ("upto", "price"))
        rows = [(end.strip(), each.strip()) for end, each in zip_longest(upto, price, fillvalue="")]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        return f"{name}_price" not in data

    def id_for_label(self, id_: str, index: str | None = None) -> str:  # noqa: ARG002
        return ""


class TiersField(forms.Field):
    """Cleans to pairs of "more than so many" and a price; the last tier has no end."""

    widget = TierTable

    def to_python(self, value: Sequence[Typed] | None) -> Tiers:
        found: Tiers = []
        above: Decimal | None = Decimal(0)
        for number, (upto, price) in enumerate(value or (), start=1):
            if above is None:
                raise ValidationError(f"Row {number - 1}: only the last row is without an end.")
            found.append((above, _number(price, f"Row {number}: the price")))
            end = _number(upto, f"Row {number}: the end") if upto else None
            if end is not None and end <= above:
                raise ValidationError(f"Row {number}: it ends before it begins.")
            above = end
        if found and above is not None:
            raise ValidationError("Leave “up to” of the last row empty: it is for all above.")
        return found


def typed_of(tiers: Tiers) -> list[Typed]:
    """Return ``tiers`` as they would be typed."""
    ends = [f"{above.normalize():f}" for above, _ in tiers[1:]]
    prices = [f"{price.normalize():f}" for _, price in tiers]
    return list(zip_longest(ends, prices, fillvalue=""))


def _number(text: str, what: str) -> Decimal:
    try:
        value = cells.number(text)
    except cells.Unreadable as problem:
        raise ValidationError(f"{what} {problem}.") from problem
    if value is None:
        raise ValidationError(f"{what} is missing.")
    if value < 0:
        raise ValidationError(f"{what} is negative.")
    return value
