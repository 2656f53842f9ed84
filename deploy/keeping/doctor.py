"""``hm doctor``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from deploy.keeping import machine, places, reaching
from deploy.local.console import Problem, colour, run, say
from deploy.local.services import Service
from hm_auth.service.findings import Finding, Level, fail, ok

COLOURS = {Level.OK: "32", Level.WARN: "33", Level.FAIL: "31"}
Line = tuple[str, Finding]  # of which service, or of the machine


def examine(instance: places.Instance) -> Iterator[Line]:
    """Give every finding, as each is made."""
    try:
        services = instance.services()
    except Problem as problem:
        yield "machine", fail("configuration", str(problem), "Run each service's init_db.py.")
        return
    usable = []
    for service in services:
        try:
            places.load(service)
        except Problem as problem:
            yield service.title, fail("configuration", str(problem), "Correct the file.")
        else:
            usable.append(service)
    for finding in _machine(instance, usable):
        yield "machine", finding
    for service in usable:
        for finding in _service(service):
            yield service.title, finding


def _machine(instance: places.Instance, services: list[Service]) -> Iterator[Finding]:
    python = platform.python_version()
    yield ok("versions", f"HiveMatrix {places.release()}, Python {python}, {instance.folder}")
    yield from machine.disks(instance, services)
    yield machine.last_backup(instance)


def _service(service: Service) -> Iterator[Finding]:
    config = places.load(service)
    yield reaching.answering(service, config)
    yield from machine.units(service)
    yield from reaching.certificate(config)
    if service.is_module:
        yield from reaching.nexus(config)
    yield from machine.database(service)
    yield from _own(service)


def _own(service: Service) -> Iterator[Finding]:
    """Ask the service itself, in its own venv."""
    done = places.manage(service, "examine")
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            values: dict[str, Any] = json.loads(line)
            yield Finding(**{**values, "level": Level(values["level"])})
    if done.returncode:
        words = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        yield fail("examination", words[0], "Run it by hand: manage.py examine")


def main() -> int:
    """Entry point of ``hm doctor``; return 0, 1 for warnings, 2 when something is broken."""
    parser = argparse.ArgumentParser(
        prog="hm doctor", description="Say what is wrong, and what to do about it.",
        epilog="The exit code is 0 when all is well, 1 for warnings, 2 when something is broken.",
    )  # fmt: skip
    parser.add_argument("--instance", metavar="DIR", help="the folder of the configuration files")
    parser.add_argument("--json", action="store_true", help="a JSON object a line, for programs")
    options = parser.parse_args()
    try:
        instance = places.Instance.find(options.instance)
    except Problem as problem:  # backup.conf
        _show("machine", fail("backup", str(problem), "Correct it."), as_json=options.json)
        return int(Level.FAIL)
    worst, counts = Level.OK, dict.fromkeys(Level, 0)
    with instance.database_server():
        for where, finding in examine(instance):
            counts[finding.level] += 1
            worst = max(worst, finding.level)
            _show(where, finding, as_json=options.json)
    if not options.json:
        say(f"{counts[Level.OK]} ok, {counts[Level.WARN]} warnings, {counts[Level.FAIL]} broken")
    return int(worst)


def _show(where: str, finding: Finding, *, as_json: bool) -> None:
    name = finding.level.name.lower()
    if as_json:
        say(json.dumps({"where": where, **asdict(finding), "level": name}))
        return
    verdict = colour(f"{name:<4}", COLOURS[finding.level])
    say(f"{verdict}  {where:<9} {finding.subject}: {finding.text}")
    if finding.level is not Level.OK and finding.advice:
        say(f"      {'':<9} -> {finding.advice}")


if __name__ == "__main__":
    run(main)
