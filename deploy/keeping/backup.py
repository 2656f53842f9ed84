"""``hm backup``: everything an installation is, in one file."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from deploy.keeping import archive, databases, places, postgres_tools, sealing
from deploy.keeping.archive import Content, Manifest, Writer
from deploy.keeping.retention import Keep, kept
from deploy.local.console import Problem, run, say
from deploy.local.services import Service
from hm_auth.service.database import Credentials

PATTERN = re.compile(r"hivematrix-(\d{8}T\d{6}Z)\.(tar|tar\.age|sealed\.tar)")
_STAMP = "%Y%m%dT%H%M%SZ"
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Order:
    """What a backup is to be: where, for whom to open, and which older ones stay."""

    to: Path
    recipients: tuple[str, ...]
    passphrase: str | None
    keep: Keep

    @property
    def ending(self) -> str:
        if self.recipients:
            return sealing.RECIPIENTS
        return sealing.PASSPHRASE if self.passphrase is not None else ".tar"


def back_up(instance: places.Instance, order: Order, *, now: datetime) -> Path:
    """Write a backup and remove what need not be kept; return its path. Raises Problem.

    The databases are all seen as they were at one moment, nearly the same for each. Files come
    after them: they are named by what is in them, never change, and are deleted only 30 days after
    nothing needs them, so that every file a database speaks of is there.
    """
    to = sealing.recipients(order.recipients) if order.recipients else []
    if not order.to.exists():
        order.to.mkdir(parents=True)
        places.give(order.to, 0o700)
    path = order.to / f"hivematrix-{now.strftime(_STAMP)}{order.ending}"
    if path.exists():
        raise Problem(f"{path} exists already; try again in a second.")
    manifest = Manifest(made_at=now.isoformat(), release=places.release())
    with _appearing(path) as file:
        if order.ending == ".tar":
            _write(instance, file, manifest, order.to)
        else:
            with tempfile.TemporaryFile(dir=order.to) as plain:  # it has no name: it cannot be left
                _write(instance, plain, manifest, order.to)
                plain.seek(0)
                if order.passphrase is not None:
                    sealing.seal_with_passphrase(plain, file, order.passphrase)
                else:
                    sealing.seal(plain, file, to)
    checksum = path.with_name(f"{path.name}.sha256")
    checksum.write_text(f"{archive.sha256_of(path)}  {path.name}\n")
    return path


def found_in(folder: Path) -> dict[datetime, Path]:
    """Return the backups in ``folder`` by the moment each was made."""
    found = {}
    for path in folder.glob("hivematrix-*") if folder.is_dir() else ():
        if match := PATTERN.fullmatch(path.name):
            found[datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)] = path
    return found


def prune(folder: Path, *, keep: Keep, now: datetime) -> list[Path]:
    """Delete and return the backups that need not be kept; also what a killed one left."""
    for left in folder.glob(f".hivematrix-*{_PARTIAL}"):
        if time.time() - left.stat().st_mtime > 24 * 3600:
            left.unlink(missing_ok=True)
    found = found_in(folder)
    staying = kept(found, keep=keep, now=now)
    gone = [path for moment, path in sorted(found.items()) if moment not in staying]
    for path in gone:
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
    return gone


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write; it gets its name only when it is complete and on the disk."""
    partial = path.with_name(f".{path.name}{_PARTIAL}")
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        with os.fdopen(descriptor, "wb+") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        places.give(partial, 0o600)  # the timer, which is not root, removes it one day
        partial.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        partial.unlink(missing_ok=True)


def _write(
    instance: places.Instance, file: IO[bytes], manifest: Manifest, spare_room: Path
) -> None:
    services = instance.services()
    credentials = {each.name: databases.of_config(places.load(each)) for each in services}
    _refuse_one_for_two(credentials)
    writer = Writer(file, manifest)
    with instance.database_server(), ExitStack() as stack:
        looks = {
            name: stack.enter_context(databases.looking(each)) for name, each in credentials.items()
        }
        for service in services:
            look = looks[service.name]
            with tempfile.TemporaryFile(dir=spare_room) as dump:
                _dump(credentials[service.name], look, dump)
                content = Content(
                    conf=f"{service.name}/{service.name}.conf",
                    dump=f"{service.name}/database.dump",
                    server_version=look.server_version,
                    rows=look.rows(),
                )
                size = dump.seek(0, os.SEEK_END)
                dump.seek(0)
                writer.add(content.dump, dump, size)
            manifest.services[service.name] = content
    for service in services:
        content = manifest.services[service.name]
        writer.add_bytes(content.conf, service.conf_path.read_bytes())
        _add_files(service, content, writer)
    if (settings := instance.folder / "backup.conf").exists():
        writer.add_bytes(settings.name, settings.read_bytes())
        manifest.more.append(settings.name)
    writer.close()


def _refuse_one_for_two(credentials: dict[str, Credentials]) -> None:
    places_of = [(each.host, each.port, each.name) for each in credentials.values()]
    if len(set(places_of)) < len(places_of):
        raise Problem(
            "Two services name the same database; unset HM_DB_NAME in the environment, or correct "
            "DB_NAME in their configuration."
        )


def _dump(credentials: Credentials, look: databases.Look, out: IO[bytes]) -> None:
    tool = postgres_tools.find("pg_dump", at_least=look.server_version)
    command = [tool, "--format=custom", f"--snapshot={look.snapshot}", "--no-password"]
    postgres_tools.run(command, credentials, stdout=out)


def _add_files(service: Service, content: Content, writer: Writer) -> None:
    config = places.load(service)
    for name, folder in places.file_folders(service, config.values, config.path.parent).items():
        content.folders[name] = f"{service.name}/{name}"
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and not path.is_symlink():
                inside = path.relative_to(folder).as_posix()
                _add_file(path, f"{service.name}/{name}/{inside}", writer)


def _add_file(path: Path, member: str, writer: Writer) -> None:
    try:
        with path.open("rb") as file:
            writer.add(member, file, os.fstat(file.fileno()).st_size)
    except FileNotFoundError:
        return  # nothing has needed it for 30 days, and the weekly clean-up got here first


def _order(options: argparse.Namespace, instance: places.Instance) -> Order:
    """Join the command line with ``backup.conf``; the command line wins. Raises Problem."""
    settings = instance.settings()
    stored = [each.strip() for each in settings.get("ENCRYPT_TO", "").split(",") if each.strip()]
    passphrase_file = options.passphrase_file
    if not options.encrypt_to and not passphrase_file:
        options.encrypt_to = stored
        passphrase_file = settings.get("PASSPHRASE_FILE")
    if options.encrypt_to and passphrase_file:
        raise Problem("Choose one: recipients (ENCRYPT_TO), or a passphrase (PASSPHRASE_FILE).")
    try:
        keep = Keep.parse(options.keep or settings.get("KEEP") or "7,4,12")
    except ValueError as error:
        raise Problem(f"KEEP: {error}.") from None
    return Order(
        to=Path(options.to or settings.get("TO") or instance.backups).resolve(),
        recipients=tuple(options.encrypt_to or ()),
        passphrase=read_passphrase(passphrase_file) if passphrase_file else None,
        keep=keep,
    )


def read_passphrase(name: str) -> str:
    """Return the first line of a file. Raises Problem."""
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"The passphrase cannot be read: {error}.") from None
    if not lines or not lines[0]:
        raise Problem(f"{name} is empty: a passphrase is its first line.")
    return lines[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hm backup",
        description="Back everything up: databases, files of articles, configuration, keys.",
        epilog="backup.conf beside the configuration files can say TO, ENCRYPT_TO, "
        "PASSPHRASE_FILE and KEEP once for all.",
    )
    parser.add_argument("--to", metavar="DIR", help="where to; default: the backups' folder")
    parser.add_argument("--instance", metavar="DIR", help="the folder of the configuration files")
    parser.add_argument(
        "--encrypt-to", metavar="RECIPIENT", action="append",
        help="encrypt to age1… or an SSH public key; may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--passphrase-file", metavar="FILE", help="encrypt with the first line of this file"
    )
    parser.add_argument("--keep", metavar="7,4,12", help="days, weeks, months to keep one of")
    parser.add_argument("--quiet", action="store_true", help="say nothing when all went well")
    parser.add_argument(
        "--make-key", metavar="FILE", help="only make a key file and print its recipient"
    )
    return parser


def main() -> None:
    """Entry point of ``hm backup``."""
    options = _parser().parse_args()
    if options.make_key:
        say(sealing.make_key(Path(options.make_key)))
        return
    started = time.monotonic()
    instance = places.Instance.find(options.instance)
    order = _order(options, instance)
    now = datetime.now(UTC)
    path = back_up(instance, order, now=now)
    gone = prune(order.to, keep=order.keep, now=now)
    if not options.quiet:
        size, seconds = path.stat().st_size / 1024**2, time.monotonic() - started
        say(f"{path}  ({size:.1f} MB, {seconds:.1f} s)")
        if order.ending == ".tar":
            say("It is not encrypted and holds passwords and keys; see docs/backup.md.")
        if gone:
            say(f"Removed {len(gone)} older backups .")
        for title, bucket in _buckets(instance):
            say(f"The files of {title} are in the bucket {bucket} and not in it.")


def _buckets(instance: places.Instance) -> Iterator[tuple[str, str]]:
    """Yield the title of each service that keeps files in a bucket, and the bucket."""
    for service in instance.services():
        for key, value in places.load(service).values.items():
            if key.endswith("_BUCKET") and value:
                yield service.title, str(value)


if __name__ == "__main__":
    run(main)
