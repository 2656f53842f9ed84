"""Which word was meant by one that nobody wrote."""

from __future__ import annotations

from collections.abc import Iterable
from math import log


def distance(left: str, right: str) -> int:
    """Return how many letters were left out, added, mistaken, or swapped with their neighbour.

    Optimal string alignment (Damerau 1964): people swap letters as often as they miss one.
    """
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, letter in enumerate(left, start=1):
        now = [row]
        for column, other in enumerate(right, start=1):
            best = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and (letter, left[row - 2]) == (right[column - 2], other):
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1]


def most(word: str) -> int:
    """Return how many mistakes ``word`` may hold and still mean another."""
    return 1 if len(word) <= 4 else 2 if len(word) <= 8 else 3


def meant(word: str, known: Iterable[tuple[str, int]]) -> list[str]:
    """Return those of ``known`` (word, number of articles) that ``word`` may mean, best first."""
    ranked = []
    for other, articles in known:
        mistakes = distance(word, other)
        if 0 < mistakes <= most(word):
            # A wrong first letter is rare; a word in ten times as many articles is likelier.
            cost = mistakes + 0.5 * (word[0] != other[0]) - 0.1 * log(1 + articles)
            ranked.append((cost, other))
    return [other for _, other in sorted(ranked)]
