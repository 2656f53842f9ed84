"""Which backups stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.keeping import backup
from deploy.keeping.retention import Keep, kept

NOW = datetime(2026, 11, 24, 1, 20, tzinfo=UTC)
NIGHTLY = [NOW - timedelta(days=days) for days in range(800)]


def test_after_two_years_of_nights_seven_days_four_weeks_and_twelve_months_are_left():
    found: set[datetime] = set()
    for night in reversed(NIGHTLY):  # as it happens: each night adds one and removes some
        found = kept({*found, night}, keep=Keep(), now=night)
    days = sorted(moment.date().isoformat() for moment in found)
    assert days[-7:] == [f"2026-11-{day}" for day in range(18, 25)]
    weeks = {moment.isocalendar()[:2] for moment in found}
    assert {(2026, 48), (2026, 47), (2026, 46), (2026, 45)} <= weeks
    assert {(each.year, each.month) for each in found} >= {(2026, m) for m in range(1, 12)}
    assert len(found) <= 7 + 4 + 12 + 1


@pytest.mark.parametrize(
    ("hours", "left"),
    [
        ([0], [0]),
        ([0, 2, 5, 23], [0, 2, 5, 23]),  # everything of the last day, upgrades included
        ([0, 24, 25], [0, 24]),  # the newest of yesterday
        ([9000, 9100], [9000, 9100]),  # a machine that was off: two days, both old
    ],
)
def test_examples(hours, left):
    made = {NOW - timedelta(hours=each): each for each in hours}
    assert sorted(made[each] for each in kept(made, keep=Keep(), now=NOW)) == left


@given(
    st.sets(st.integers(0, 20_000), min_size=1),
    st.builds(Keep, *[st.integers(0, 20)] * 3),
)
def test_the_newest_stays_and_pruning_again_removes_nothing(hours, keep):
    made = {NOW - timedelta(hours=each) for each in hours}
    left = kept(made, keep=keep, now=NOW)
    assert max(made) in left <= made
    assert kept(left, keep=keep, now=NOW) == left


@pytest.mark.parametrize("text", ["7", "7,4", "a,b,c", "7,4,-1", ""])
def test_a_wrong_rule_is_refused(text):
    with pytest.raises(ValueError, match="7,4,12"):
        Keep.parse(text)


def test_only_backups_are_removed_with_their_checksums(tmp_path):
    old = tmp_path / "hivematrix-20240105T010000Z.tar.age"
    for name in (old.name, f"{old.name}.sha256", "hivematrix-20261124T010000Z.tar", "mine.tar"):
        (tmp_path / name).write_text("x")
    gone = backup.prune(tmp_path, keep=Keep(1, 0, 0), now=NOW)
    assert gone == [old]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"hivematrix-20261124T010000Z.tar", "mine.tar"}
