"""``hm restore ARCHIVE``: an installation as it was, in an empty machine or over what is there."""

from __future__ import annotations

import argparse
import sys
import tarfile
from pathlib import Path

from deploy.keeping import archive, places, sealing
from deploy.keeping.archive import Manifest, Reader
from deploy.keeping.backup import PATTERN, read_passphrase
from deploy.keeping.plan import Step, plan
from deploy.keeping.restoring import restore
from deploy.local.console import Problem, failed, run, say


def main() -> None:
    """Entry point of ``hm restore``."""
    options = _parser().parse_args()
    path = Path(options.archive)
    instance = places.Instance.find(options.instance)
    _check_file(path)
    passphrase = read_passphrase(options.passphrase_file) if options.passphrase_file else None
    identity = Path(options.identity) if options.identity else None
    with (
        sealing.opened(path, identity=identity, passphrase=passphrase) as file,
        archive.reading(file) as reader,
        instance.database_server(),
    ):
        _introduce(path, reader.manifest)
        steps = plan(reader, instance, replace=options.replace, only=options.only)
        for step in steps:
            for sentence in step.sentences():
                say(f"  {step.service.title:<9} {sentence}")
        if options.dry_run:
            say("Nothing was changed (--dry-run).")
            return
        if not options.yes and not _confirmed():
            raise Problem("Nothing was changed.")
        _restore(reader, instance, steps)


def _restore(reader: Reader, instance: places.Instance, steps: list[Step]) -> None:
    for step in steps:
        restore(reader, step)
        rows, files = sum(step.content.rows.values()), step.content.folders.values()
        count = sum(len(list(reader.manifest.files_of(prefix))) for prefix in files)
        say(f"{step.service.title}: {rows} rows and {count} files restored, all as in the backup")
    for name in reader.manifest.more:
        target = instance.folder / name
        if not target.exists():
            target.write_bytes(reader.open(name).read())
            places.give(target, 0o600)
    for step in steps:
        _prepare(step)
    say("Done. Start the services, then: hm doctor")


def _prepare(step: Step) -> None:
    service = step.service
    say(f"Preparing {service.title}")
    done = places.manage(service, "prepare")
    if done.returncode:
        raise failed(f"{service.title}'s prepare", done.stdout + done.stderr)


def _check_file(path: Path) -> None:
    """Compare the archive with the checksum beside it, if there is one. Raises Problem."""
    if not path.is_file():
        raise Problem(f"There is no file {path}.")
    if not path.name.endswith((".tar", ".tar.age")):
        raise Problem(f"{path.name} is not a backup: its name ends in .tar or .tar.age.")
    checksum = path.with_name(f"{path.name}.sha256")
    if checksum.exists():
        expected = checksum.read_text(encoding="utf-8").split()[0]
        if archive.sha256_of(path) != expected:
            raise Problem(f"{archive.DAMAGED}: it is not what its checksum says. {archive.NOTHING}")
    elif not PATTERN.fullmatch(path.name) and not tarfile.is_tarfile(path):
        raise Problem(f"{archive.DAMAGED}. {archive.NOTHING}")


def _introduce(path: Path, manifest: Manifest) -> None:
    when = manifest.made_at[:19].replace("T", " ")
    say(f"{path.name}: made {when} UTC by {manifest.release}; every checksum is right.")


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        say("Nobody is here to confirm this; --yes does without.")
        return False
    return input("Restore this? Type yes: ").strip().lower() == "yes"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hm restore",
        description="Check a backup and restore it. Nothing is changed unless all of it is whole.",
    )
    parser.add_argument("archive", help="the backup")
    parser.add_argument("--instance", metavar="DIR", help="the folder of the configuration files")
    parser.add_argument("--identity", metavar="FILE", help="the key file that opens it")
    parser.add_argument("--passphrase-file", metavar="FILE", help="has what opens it")
    parser.add_argument("--dry-run", action="store_true", help="check, and say what would happen")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--replace", action="store_true", help="delete what is in the databases; a backup first?"
    )
    parser.add_argument(
        "--only", metavar="SERVICE", action="append", default=[], help="restore this service alone"
    )
    return parser


if __name__ == "__main__":
    run(main)
