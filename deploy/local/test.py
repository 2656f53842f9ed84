"""``./hm test [suite ...]``: the suites, two at a time, and one summary line."""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from deploy.local import chromium, fresh_debian, lint, suites
from deploy.local.console import Problem, colour, run, say
from deploy.local.databases import Server
from deploy.local.postgres import Postgres
from deploy.local.tally import Tally

SUITES = ("lint", *suites.names())
# What takes minutes of its own, or root and a download, runs when it is named or with --all.
ON_REQUEST = {
    "failover": "kills processes under load",
    "deploy": "installs and upgrades on a fresh Debian, as root",
}
ALONE = tuple(ON_REQUEST)  # they measure, or restart a machine
LONGEST = ("system", "archive", "nexus", "treasury", "keeping", "hm_auth", "lint")
Result = tuple[Tally, float]


def test(names: list[str], jobs: int, *, missing: dict[str, str]) -> int:
    """Run the suites named and return the exit code: 0 when each ran something and all passed.

    ``missing``: suites that do not run, and why. One that finds out only when it starts that this
    machine cannot run it joins them: it fails nothing, and the last lines say so.
    """
    if "system" in names:
        chromium.ensure()
    started = time.monotonic()
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory(prefix="hm-test-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        with Postgres(Path(folder) / "postgres", throwaway=True) as server:
            server.add_extensions("template1")
            together = [name for name in names if name not in ALONE]
            if jobs > 1 and len(together) > 1:
                results |= _in_lanes(together, server, jobs)
            for name in names:
                if name not in results:
                    try:
                        results[name] = _suite(name, server)
                    except suites.CannotRun as error:
                        missing[name] = str(error)
                        say(_did_not_run(name, missing[name]))
    _say_verdicts({name: results[name] for name in names if name in results})
    say(f"{'in all':<51} {time.monotonic() - started:6.1f} s")
    for name, why in missing.items():
        say(_did_not_run(name, why))
    say(str(sum((tally for tally, _ in results.values()), Tally())))
    return 0 if all(tally.is_good for tally, _ in results.values()) else 1


def _say_verdicts(results: dict[str, Result]) -> None:
    say()
    for name, (tally, seconds) in results.items():
        verdict = f"{name:<14} {tally!s:<36} {seconds:6.1f} s"
        say(verdict if tally.is_good else colour(verdict, "31"))


def _did_not_run(name: str, why: str) -> str:
    text = f"{name} did not run{f' ({why})' if why else ''}: ./hm test {name} {ON_REQUEST[name]}"
    return colour(text, "33")


def _suite(name: str, server: Server) -> Result:
    say(f"\n{colour(f'--- {name}', '1')}")
    started = time.monotonic()
    tally = lint.run(server) if name == "lint" else suites.run(name, server)
    return tally, time.monotonic() - started


def _in_lanes(names: list[str], server: Server, jobs: int) -> dict[str, Result]:
    """Run several suites at a time, the longest first; each is shown whole when it ends."""
    say(f"{jobs} suites at a time; each is shown when it ends.")
    order = sorted(names, key=lambda name: LONGEST.index(name) if name in LONGEST else 99)
    results: dict[str, Result] = {}
    with ThreadPoolExecutor(jobs) as pool:
        lanes = {pool.submit(_quietly, name, server): name for name in order}
        try:
            for done in as_completed(lanes):
                tally, seconds, text = done.result()
                say(f"\n{colour(f'--- {lanes[done]}', '1')}\n{text.rstrip()}")
                results[lanes[done]] = tally, seconds
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            suites.stop_all()
            raise
    return results


def _quietly(name: str, server: Server) -> tuple[Tally, float, str]:
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as out:
        if name == "lint":
            tally = lint.run(server, lambda line: print(line, file=out))
        else:
            tally = suites.run(name, server, out)
        out.seek(0)
        return tally, time.monotonic() - started, out.read()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Entry point of ``./hm test``."""
    parser = argparse.ArgumentParser(prog="./hm test", description="Run the tests.")
    known = ", ".join(SUITES)
    parser.add_argument("suite", nargs="*", help=f"some of: {known}; else nearly all")
    parser.add_argument(
        "--all", action="store_true", help=f"also {', '.join(ON_REQUEST)}, as far as possible here"
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    parser.add_argument(
        "--jobs", type=int, default=min(2, cores), help="suites at a time (default: 2, if it can)"
    )
    options = parser.parse_args()
    names = options.suite or [name for name in SUITES if name not in ON_REQUEST or options.all]
    if unknown := set(names) - set(SUITES):
        raise Problem(f"There is no suite {', '.join(sorted(unknown))}; there are: {known}.")
    missing = {name: "" for name in ON_REQUEST if name not in names}
    if why := fresh_debian.obstacle() or (fresh_debian.prepare() if "deploy" in names else ""):
        missing["deploy"] = why
    if why and "deploy" in options.suite:
        raise Problem(_cannot("deploy", why))
    names = [name for name in SUITES if name in names and name not in missing]
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell starts background jobs deaf to Ctrl-C, and what a test starts would inherit that.
    signal.signal(signal.SIGINT, _interrupt)
    code = test(names, options.jobs, missing=missing)
    if asked := [name for name in options.suite if name in missing]:
        raise Problem(_cannot(asked[0], missing[asked[0]]))
    return code


def _cannot(name: str, why: str) -> str:
    return f"The suite {name} cannot run here: {why}."


if __name__ == "__main__":
    run(main)
