"""``./hm test [suite ...]``: every suite, one after the other, and one summary line."""

from __future__ import annotations

import argparse
import signal
import tempfile
import time
from pathlib import Path

from deploy.local import chromium, lint, suites
from deploy.local.console import Problem, colour, run, say
from deploy.local.databases import Server
from deploy.local.postgres import Postgres
from deploy.local.tally import Tally

SUITES = ("lint", *suites.names())


def test(names: list[str]) -> int:
    """Run the suites named and return the exit code: 0 when each ran something and all passed."""
    if "system" in names:
        chromium.ensure()
    started = time.monotonic()
    results: dict[str, tuple[Tally, float]] = {}
    with tempfile.TemporaryDirectory(prefix="hm-test-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        with Postgres(Path(folder) / "postgres", throwaway=True) as server:
            server.add_extensions("template1")
            for name in names:
                results[name] = _suite(name, server)
    say()
    for name, (tally, seconds) in results.items():
        verdict = f"{name:<14} {tally!s:<36} {seconds:6.1f} s"
        say(verdict if tally.is_good else colour(verdict, "31"))
    say(f"{'in all':<51} {time.monotonic() - started:6.1f} s")
    say(str(sum((tally for tally, _ in results.values()), Tally())))
    return 0 if all(tally.is_good for tally, _ in results.values()) else 1


def _suite(name: str, server: Server) -> tuple[Tally, float]:
    say(f"\n{colour(f'--- {name}', '1')}")
    started = time.monotonic()
    tally = lint.run(server) if name == "lint" else suites.run(name, server)
    return tally, time.monotonic() - started


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Entry point of ``./hm test``."""
    parser = argparse.ArgumentParser(prog="./hm test", description="Run the tests.")
    known = ", ".join(SUITES)
    parser.add_argument("suite", nargs="*", help=f"some of: {known}; without any, all")
    names = parser.parse_args().suite or list(SUITES)
    if unknown := set(names) - set(SUITES):
        raise Problem(f"There is no suite {', '.join(sorted(unknown))}; there are: {known}.")
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell starts background jobs deaf to Ctrl-C, and what a test starts would inherit that.
    signal.signal(signal.SIGINT, _interrupt)
    return test([name for name in SUITES if name in names])


if __name__ == "__main__":
    run(main)
