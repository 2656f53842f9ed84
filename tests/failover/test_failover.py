"""What people notice when a process of every service is killed under load: nothing."""

from __future__ import annotations

from bench import failover


def test_no_read_fails_and_no_acknowledged_write_is_lost():
    seen, lost = failover.run(seconds=30)
    assert set(seen.reads) == {"nexus", "treasury", "archive"}
    assert sum(seen.reads.values()) > 100
    assert {service for service, _ in seen.acknowledged} == {"nexus", "treasury", "archive"}
    assert seen.failed_reads == []
    assert lost == []
