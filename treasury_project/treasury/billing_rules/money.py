"""Money, and the one function that rounds it.

Amounts are exact rationals until the end of a line; then they are rounded once, half up, to the
currency's smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction

# Sums and products of Decimals before the end of a line: exact, or an exception.
EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])

# ISO 4217 minor units that are not 2.
_PLACES = {
    "BHD": 3, "CLP": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "LYD": 3,
    "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip
_UNIT = {count: Decimal(1).scaleb(-count) for count in (0, 2, 3)}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, already rounded to the currency's smallest unit.

    ``amount`` is a Decimal with exactly the currency's places; ``currency`` is an ISO 4217 code.
    Raises ValueError for anything else, so an unrounded amount cannot travel as money.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not is_number(self.amount):
            raise ValueError(f"{self.amount!r} is not a finite Decimal")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")
        try:
            exact = self.amount.quantize(_UNIT[places(self.currency)], context=EXACT)
        except Inexact:
            problem = f"{self.amount} has more places than {self.currency} has"
            raise ValueError(problem) from None
        object.__setattr__(self, "amount", exact)

    def __add__(self, other: Money) -> Money:
        return Money(EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(EXACT.minus(self.amount), self.currency)

    def __abs__(self) -> Money:
        return -self if self.amount < 0 else self

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount


def is_number(value: object) -> bool:
    """Tell whether ``value`` is a finite Decimal: neither NaN nor a binary fraction."""
    return isinstance(value, Decimal) and value.is_finite()


def places(currency: str) -> int:
    """Return the number of decimal places of ``currency`` (ISO 4217)."""
    return _PLACES.get(currency, 2)


def zero(currency: str) -> Money:
    """Return nothing, in ``currency``."""
    return Money(Decimal(0), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up ``amounts``; nothing at all is zero in ``currency``."""
    whole = Decimal(0)
    for each in amounts:
        if each.currency != currency:
            raise ValueError(f"{currency} and {each.currency} do not mix")
        whole = EXACT.add(whole, each.amount)
    return Money(whole, currency)


def rounded(value: Fraction | Decimal | int, currency: str) -> Money:
    """Round an exact value to money, halves away from zero: the only rounding there is."""
    scale = 10 ** places(currency)
    above, below = value.as_integer_ratio()
    units = (2 * abs(above) * scale + below) // (2 * below)
    sign = -1 if above < 0 else 1
    return Money(Decimal(sign * units).scaleb(-places(currency)), currency)


def split(amount: Money, weights: Sequence[Fraction | Decimal | int]) -> list[Money]:
    """Divide ``amount`` by ``weights`` so that the parts sum to it (largest remainder).

    Weights are not negative and not all zero, else ValueError. Equal remainders go to the earlier
    part, so that the result does not depend on anything but the input.
    """
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if whole <= 0 or min(shares) < 0:
        raise ValueError("weights must not be negative, nor all zero")
    exact = Fraction(amount.amount)
    return apportioned(amount, [exact * share / whole for share in shares])


def apportioned(whole: Money, exact: Sequence[Fraction]) -> list[Money]:
    """Round ``exact`` amounts so that they sum to ``whole``, their own rounded sum.

    Each is rounded towards minus infinity (towards plus infinity when ``whole`` is negative, so
    that a credit mirrors its invoice); the units still missing go to the largest remainders.
    Raises ValueError when ``whole`` is further from their sum than rounding explains.
    """
    scale = 10 ** places(whole.currency)
    sign = -1 if whole.amount < 0 else 1
    scaled = [value * (sign * scale) for value in exact]
    units = [value.numerator // value.denominator for value in scaled]
    missing = int(abs(whole.amount) * scale) - sum(units)
    if not 0 <= missing <= len(units):
        raise ValueError(f"{whole} is not the sum of its parts")
    if missing:
        largest_first = sorted(range(len(units)), key=lambda i: (units[i] - scaled[i], i))
        for i in largest_first[:missing]:
            units[i] += 1
    exponent = -places(whole.currency)
    return [Money(Decimal(sign * unit).scaleb(exponent), whole.currency) for unit in units]
