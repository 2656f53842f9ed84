"""A line in words: which facts, which price, which days. Shown in the UI, the API and the PDF."""

from __future__ import annotations

from treasury.billing_rules import wording
from treasury.billing_rules.counting_words import counting_words
from treasury.billing_rules.lines import Change, Changed, Counting, Floor, Line, Worked, Working


def explain(line: Line) -> tuple[str, ...]:
    """Return the sentences that make up ``line``, in the order of the days."""
    match line.basis:
        case Counting() as counting:
            return tuple(counting_words(counting, line.period, line.amount.currency))
        case Working() as working:
            return tuple(_working_words(working, line.amount.currency))
        case Floor() as floor:
            return (_floor_words(floor, line),)
        case Changed() as changed:
            return tuple(_changed_words(changed, line))


def _working_words(working: Working, currency: str) -> list[str]:
    words = [_worked(part, currency) for part in working.parts]
    covered: dict[str, int] = {}
    for draw in working.draws:
        covered[draw.pool_key] = covered.get(draw.pool_key, 0) + draw.minutes
    if covered:
        pools = ", ".join(f"{wording.time(m)} by {key}" for key, m in covered.items())
        total = wording.time(sum(covered.values()))
        words.append(f"{total} of {wording.time(working.minutes)} covered: {pools}")
    if working.late:
        count = len(working.late)
        noun = "entry" if count == 1 else "entries"
        words.append(f"{count} {noun} from earlier days, entered after those were billed")
    return words or ["No work"]


def _worked(part: Worked, currency: str) -> str:
    kind = part.rate_class.replace("_", " ")
    text = f"{wording.time(part.minutes)} {kind} × {wording.amount(part.rate, currency)}"
    return text + wording.less(part.discount, part.reason)


def _floor_words(floor: Floor, line: Line) -> str:
    minimum = wording.amount(floor.minimum, line.amount.currency)
    text = f"Minimum {minimum}"
    if floor.share != 1:
        due = line.amount + floor.reached
        text += f" × {wording.share(floor.share, 1, line.period)} = {due.amount}"
    return f"{text}; the other lines come to {floor.reached.amount}"


def _changed_words(changed: Changed, line: Line) -> list[str]:
    billed, due = changed.billed.amount, changed.due.amount
    days = wording.days(line.period, 0)
    words = [f"{days}: {billed} was billed; by what is known now it comes to {due}"]
    year = line.period.start.year
    return words + [_change(each, year, line.amount.currency) for each in changed.changes]


def _change(change: Change, year: int, currency: str) -> str:
    before, now = wording.number(change.before), wording.number(change.now)
    what = f"{now} instead of {before}" if now != before else f"{now} at another price"
    return f"{wording.days(change.days, year)}: {what}: {wording.money(change.exact, currency)}"
