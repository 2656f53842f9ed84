"""Which bytes a request wants (RFC 9110, 14.1.2 and 14.2); pure Python."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*")
LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``start`` up to and not including ``stop``."""

    start: int
    stop: int


class Unsatisfiable(ValueError):
    """The wanted bytes are behind the end: 416."""


def wanted(header: str, size: int) -> Span | None:
    """Return the part of ``size`` bytes that ``header`` names; None means all of them.

    One range only: several, another unit and nonsense get everything, as the RFC lets a server do.
    Raises Unsatisfiable.
    """
    match = _ONE.fullmatch(header)
    if match is None or match[1] == match[2] == "":
        return None
    if max(len(match[1]), len(match[2])) > LONGEST_NUMBER:
        return None
    if match[1] == "":
        last = int(match[2])
        if last == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(size - last, 0), size)
    start = int(match[1])
    stop = min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, stop)
