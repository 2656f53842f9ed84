"""An installation is backed up, wiped out and restored, and people go on where they were."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path

from deploy.keeping import backup
from deploy.keeping.retention import Keep
from deploy.local.paths import ROOT
from tests.keeping.conftest import FILE, hm


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file below ``folder``."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
    }


def test_what_was_wiped_out_is_back(installation, tmp_path) -> None:
    stack, folder = installation.stack, installation.folder
    before = installation.issue()
    key = tmp_path / "restore.key"
    recipient = hm("backup", "--make-key", key).stdout.strip()
    done = hm(
        "backup", "--instance", folder, "--to", tmp_path / "kept", "--encrypt-to", recipient,
        HM_DB_PORT=installation.port,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (archive,) = (tmp_path / "kept").glob("*.tar.age")
    assert archive.stat().st_mode & 0o777 == 0o600
    confs = {path.name: path.read_bytes() for path in folder.glob("*.conf")}
    assert len(confs) == 3
    files = hashes(folder / "archive-attachments")
    assert hashlib.sha256(FILE).hexdigest() in files.values()
    assert not any(value in archive.read_bytes() for value in (FILE[:40], b"SECRET_KEY"))

    restore = ("restore", archive, "--identity", key, "--instance", folder, "--yes")
    environment = {"HM_DEMO": "1", **installation.administrator()}
    done = hm(*restore, **environment)
    assert done.returncode == 1
    assert "is not empty. Nothing was changed." in done.stderr
    done = hm(*restore, "--replace", **environment)
    assert done.returncode == 1
    assert "Nexus is running" in done.stderr

    stack.stop_all()
    stack._installation.drop_databases()
    shutil.rmtree(folder)

    done = hm(*restore, "--dry-run", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "makes the role treasury" in done.stdout
    assert not folder.exists()
    done = hm(*restore, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(files)} files restored, all as in the backup" in done.stdout
    assert {path.name: path.read_bytes() for path in folder.glob("*.conf")} == confs
    assert hashes(folder / "archive-attachments") == files

    with installation.cursor("treasury") as cursor:
        cursor.execute("TRUNCATE usage_reading CASCADE")
        cursor.execute("CREATE TABLE left_by_somebody ()")
    done = hm(*restore, "--replace", "--only", "treasury", **environment)
    assert done.returncode == 1
    assert "cannot replace them: public.left_by_somebody. Drop them" in done.stderr
    with installation.cursor("treasury") as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'usage_reading'")
        owner = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE left_by_somebody OWNER TO {owner}")
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = %s", [owner])
        tables = cursor.fetchone()[0]
    done = hm(*restore, "--replace", "--only", "treasury", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"DELETES all {tables} tables" in done.stdout
    assert "Nexus" not in done.stdout

    stack.start_all()
    for name, service in (("admin", "nexus"), ("acme", "treasury"), ("tech", "archive")):
        installation.person(name, service)
    assert int(installation.issue()[4:]) == int(before[4:]) + 1


def test_a_backup_that_is_killed_leaves_no_archive(installation, tmp_path) -> None:
    command = [sys.executable, "-P", "-m", "deploy.keeping.backup"]
    command += ["--instance", str(installation.folder), "--to", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HM_DB_PORT": installation.port}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 60
    while not (left := list(tmp_path.iterdir())):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert [(path.name[0], path.suffix) for path in left] == [(".", ".partial")]
    assert list(tmp_path.iterdir()) == left
    assert backup.found_in(tmp_path) == {}
    os.utime(left[0], (0, 0))
    backup.prune(tmp_path, keep=Keep(), now=datetime.now(UTC))
    assert list(tmp_path.iterdir()) == []


def test_an_archive_lists_every_row_and_file_and_hash(installation, tmp_path) -> None:
    done = hm(
        "backup", "--instance", installation.folder, "--to", tmp_path, HM_DB_PORT=installation.port
    )
    assert done.returncode == 0, done.stderr
    assert "not encrypted" in done.stdout
    (archive,) = tmp_path.glob("*.tar")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert archive.with_name(f"{archive.name}.sha256").read_text() == f"{digest}  {archive.name}\n"
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))
        for name, (expected, size) in manifest["members"].items():
            data = tar.extractfile(name).read()
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (expected, size)
    assert names == [*manifest["members"], "manifest.json"]
    assert manifest["services"]["nexus"]["rows"]["public.signins_signingkey"] >= 1
    assert manifest["services"]["treasury"]["rows"]["public.invoices_invoice"] > 10
