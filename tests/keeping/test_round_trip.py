"""An installation is backed up, wiped out and restored, and people go on where they were."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile

from tests.keeping.conftest import FILE, hm


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
    assert not any(value in archive.read_bytes() for value in (FILE[:40], b"SECRET_KEY"))

    stack.stop_all()
    stack._installation.drop_databases()
    shutil.rmtree(folder)

    done = hm(
        "restore", archive, "--identity", key, "--instance", folder, "--yes", HM_DEMO="1",
        **installation.administrator(),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 files restored, all as in the backup" in done.stdout
    assert {path.name: path.read_bytes() for path in folder.glob("*.conf")} == confs
    digest = hashlib.sha256(FILE).hexdigest()
    assert (folder / "archive-attachments" / digest[:2] / digest).read_bytes() == FILE

    stack.start_all()
    for name, service in (("admin", "nexus"), ("acme", "treasury"), ("tech", "archive")):
        installation.person(name, service)
    assert int(installation.issue()[4:]) == int(before[4:]) + 1


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
