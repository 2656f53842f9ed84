"""Which reads may go to a copy of the database: those of views that say so, and no writes."""

from __future__ import annotations

import pytest
from django.db import connections, transaction

from hm_auth import replica
from hm_auth.models import User

router = replica.Router()


@pytest.fixture
def with_replica(monkeypatch):
    monkeypatch.setitem(connections.settings, "replica", connections.settings["default"])


def where(_request=None) -> str:
    return router.db_for_read(User)


def test_reads_go_where_writes_go(with_replica):
    assert where() == "default"


def test_a_view_that_may_lag_reads_from_the_replica_and_only_while_it_runs(with_replica):
    assert replica.may_lag(where)() == "replica"
    assert where() == "default"


def test_a_view_that_fails_leaves_nothing_behind(with_replica):
    def fails() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        replica.may_lag(fails)()
    assert where() == "default"


@pytest.mark.django_db
def test_what_a_transaction_wrote_is_read_back_by_it(with_replica):
    with transaction.atomic():
        assert replica.may_lag(where)() == "default"


def test_without_a_replica_there_is_one_place_to_read():
    assert replica.may_lag(where)() == "default"
    assert replica.may_lag(replica.connection)() is connections["default"]


def test_rows_of_the_replica_are_saved_where_writes_go(with_replica):
    assert replica.may_lag(lambda: router.db_for_write(User))() == "default"
    assert router.allow_relation(User(), User())
    assert (router.allow_migrate("replica", "x"), router.allow_migrate("default", "x")) == (
        False,
        True,
    )
