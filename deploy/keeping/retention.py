"""Which backups stay: the newest of each of so many days, weeks and months. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, weeks and months one backup is kept of."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12

    @classmethod
    def parse(cls, text: str) -> Keep:
        """Read ``7,4,12``. Raises ValueError with a sentence."""
        parts = text.replace(" ", "").split(",")
        if len(parts) != 3 or not all(part.isdecimal() for part in parts):
            raise ValueError(f"{text} is not DAYS,WEEKS,MONTHS such as 7,4,12")
        return cls(*(int(part) for part in parts))


def kept(made: Iterable[datetime], *, keep: Keep, now: datetime) -> set[datetime]:
    """Return those of the instants ``made`` that stay, counted back from the newest of each kind.

    Days, ISO weeks and months without a backup do not count, so that a machine that was off for a
    year still has its old ones. Everything of the last 24 hours stays (the backup an upgrade made
    must not go because another was made that evening), and so does the newest of all.
    """
    newest_first = sorted(made, reverse=True)
    staying = {moment for moment in newest_first if now - moment < timedelta(days=1)}
    staying.update(newest_first[:1])
    periods = (
        (keep.daily, "%Y-%m-%d"),
        (keep.weekly, "%G-%V"),
        (keep.monthly, "%Y-%m"),
    )
    for count, period in periods:
        seen: dict[str, datetime] = {}
        for moment in newest_first:
            seen.setdefault(moment.strftime(period), moment)
        staying.update(list(seen.values())[:count])
    return staying
