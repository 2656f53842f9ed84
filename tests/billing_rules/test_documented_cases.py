"""Every table of docs/billing-rules.md is executed, row by row."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from tests.billing_rules import cases_of_lines, cases_of_money
from tests.billing_rules.document import PATH, Case, cases

TEXT = PATH.read_text(encoding="utf-8")
CASES = cases(TEXT)


def _executors() -> dict[str, Callable[[dict[str, str]], dict[str, str]]]:
    """Return what executes a table, by the heading that its docstring names."""
    found = {}
    for module in (cases_of_lines, cases_of_money):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found[inspect.getdoc(function)] = function
    del found["Return the agreement of a row of the table of monthly values."]
    return found


EXECUTORS = _executors()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.number}")
def test_the_documented_case_comes_out_as_documented(case: Case) -> None:
    assert case.rule in EXECUTORS, f"nothing executes the table {case.rule!r}"
    assert EXECUTORS[case.rule](case.given) == case.expected


def test_every_rule_that_can_be_executed_has_a_table() -> None:
    assert set(EXECUTORS) == {case.rule for case in CASES}


def test_no_row_of_a_table_is_left_out() -> None:
    rows = [line for line in TEXT.splitlines() if line.lstrip().startswith("|")]
    separators = [line for line in rows if set(line) <= set("|- :")]
    assert len(CASES) == len(rows) - 2 * len(separators)
    assert len(CASES) >= 60


def test_a_table_under_an_unknown_heading_is_noticed() -> None:
    (case,) = cases("### Nobody knows\n\n| a | **b** |\n|---|---|\n| 1 | 2 |\n")
    assert case.rule not in EXECUTORS
    assert (case.given, case.expected) == ({"a": "1"}, {"b": "2"})


@pytest.mark.parametrize("row", ["| 1 |", "| 1 | 2 | 3 |"])
def test_a_row_with_missing_cells_is_noticed(row: str) -> None:
    with pytest.raises(ValueError, match="cells under"):
        cases(f"### Aging\n\n| a | **b** |\n|---|---|\n{row}\n")
