"""Counting: what passed, failed and was skipped, and the one line a test run ends in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome of some tests or checks."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        """Return the summary line, ``N passed, N failed``, and what was skipped if anything was."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    @property
    def is_good(self) -> bool:
        """Tell whether nothing failed and something ran: no test at all proves nothing."""
        return self.passed > 0 and self.failed == 0


def of_pytest(report: Path, exit_code: int) -> Tally:
    """Return the tally of a pytest run from its JUnit report.

    A run that broke off without saying which test failed (no report, nothing collected, an internal
    error) counts as one failure.
    """
    tally = _read(report) if report.exists() else Tally()
    if tally.failed == 0 and (exit_code != 0 or tally.passed == 0):
        return tally + Tally(failed=1)
    return tally


def _read(report: Path) -> Tally:
    # pytest writes a test that fails and whose teardown fails too as two cases of one name.
    outcomes: dict[tuple[str, str], str] = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        key = (case.get("classname", ""), case.get("name", ""))
        if case.find("failure") is not None or case.find("error") is not None:
            outcomes[key] = "failed"
        elif case.find("skipped") is not None:
            outcomes.setdefault(key, "skipped")
        else:
            outcomes.setdefault(key, "passed")
    found = list(outcomes.values())
    return Tally(found.count("passed"), found.count("failed"), found.count("skipped"))
