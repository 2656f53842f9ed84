"""What cannot be restored is refused with one sentence, before anything is changed."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile

import pytest

from deploy.keeping import archive, sealing
from deploy.keeping.archive import Content, Manifest, Writer
from deploy.keeping.restore import main
from deploy.local import console
from tests.keeping.conftest import hm

PASSPHRASE = "a passphrase for a test"
CONF = "SECRET_KEY=of the archive\nDB_NAME=nexus\nDB_USER=nexus\nDB_PASSWORD=x\nDB_PORT=9\n"


def made(more: dict[str, bytes] | None = None) -> bytes:
    """Return an archive of one service whose database is nowhere."""
    out = io.BytesIO()
    manifest = Manifest(made_at="2026-11-24T01:15:00+00:00", release="0.1.0")
    writer = Writer(out, manifest)
    writer.add_bytes("nexus/nexus.conf", CONF.encode())
    writer.add_bytes("nexus/database.dump", b"PGDMP" + bytes(range(256)) * 400)
    for name, data in (more or {}).items():
        writer.add_bytes(name, data)
    manifest.services["nexus"] = Content("nexus/nexus.conf", "nexus/database.dump", 15, {})
    writer.close()
    return out.getvalue()


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Try to restore ``data``; return the sentence, having seen that nothing was changed."""
    for name in [name for name in os.environ if name.startswith("HM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HM_INSTANCE_DIR", "")  # so that what restore sets is taken back

    def restore(data: bytes, *arguments: object, name: str = "hivematrix-20261124T011500Z.tar"):
        file = tmp_path / name
        file.write_bytes(data)
        instance = tmp_path / "instance"
        instance.mkdir(exist_ok=True)
        command = ["hm restore", file, "--instance", instance, "--yes", *arguments]
        monkeypatch.setattr(sys, "argv", [str(word) for word in command])
        with pytest.raises(SystemExit) as stopped:
            console.run(main)
        assert stopped.value.code == 1
        assert list(instance.iterdir()) == []
        sentence = capsys.readouterr().err
        assert sentence.count("\n") == 1
        return sentence.strip()

    return restore


@pytest.mark.parametrize("place", [b"nexus/nexus.conf", b"SECRET_KEY", b"PGDMP", b'"release"'])
def test_one_changed_byte_is_noticed(refused, place):
    data = bytearray(made())
    data[data.index(place) + 1] ^= 1
    assert "damaged or incomplete" in refused(bytes(data))


@pytest.mark.parametrize("length", [0, 100, 512, 5_000, 103_936, -12_000, -10_500])
def test_a_truncated_archive_is_noticed(refused, length):
    data = made()
    assert "damaged or incomplete" in refused(data[:length])


def test_the_checksum_beside_it_is_compared(refused, tmp_path):
    data = made()
    beside = tmp_path / "hivematrix-20261124T011500Z.tar.sha256"
    beside.write_text(f"{hashlib.sha256(b'another').hexdigest()}  x\n")
    assert "not what its checksum says" in refused(data)


@pytest.mark.parametrize("path", ["../../etc/cron.d/x", "/etc/cron.d/x"])
def test_no_member_leads_out_of_the_archive(refused, path):
    assert "leads out of it" in refused(made({path: b"* * * * * root true"}))


def test_something_else_is_not_taken_for_a_backup(refused):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("readme"))
    assert "its end is missing" in refused(out.getvalue())
    assert "is not a backup" in refused(b"PK", name="photos.zip")


def test_a_format_of_the_future_is_named(refused):
    data = made().replace(b'"format": 1', b'"format": 7')
    assert "has the format 7; this release reads 1" in refused(data)


def test_a_database_nobody_can_open_is_named_with_what_to_do(refused):
    sentence = refused(made())
    assert "Nothing answers at 127.0.0.1, port 9" in sentence
    assert "HM_DB_ADMIN_USER" in sentence


def sealed(tmp_path, name: str = "") -> bytes:
    out = io.BytesIO()
    sealing.seal_with_passphrase(io.BytesIO(made()), out, PASSPHRASE)
    return out.getvalue()


def test_an_archive_with_a_passphrase_opens_with_it_alone(refused, tmp_path):
    data, name = sealed(tmp_path), "hivematrix-20261124T011500Z.sealed.tar"
    assert b"SECRET_KEY" not in data
    assert "Give it (--passphrase-file" in refused(data, name=name)
    words = tmp_path / "words"
    words.write_text("another passphrase\n")
    assert refused(data, "--passphrase-file", words, name=name) == (
        "The passphrase is wrong. Nothing was changed."
    )
    broken = bytearray(data)
    broken[-70_000] ^= 1
    words.write_text(PASSPHRASE + "\n")
    assert "damaged" in refused(bytes(broken), "--passphrase-file", words, name=name)
    assert "damaged" in refused(data[:-30_000], "--passphrase-file", words, name=name)
    # The right one gets as far as the database.
    assert "Nothing answers" in refused(data, "--passphrase-file", words, name=name)


def test_an_archive_for_a_key_opens_with_that_key_alone(refused, tmp_path):
    recipient = sealing.make_key(tmp_path / "right.key")
    sealing.make_key(tmp_path / "wrong.key")
    assert (tmp_path / "right.key").stat().st_mode & 0o777 == 0o600
    out = io.BytesIO()
    sealing.seal(io.BytesIO(made()), out, sealing.recipients([recipient]))
    name = "hivematrix-20261124T011500Z.tar.age"
    assert "Give its key file" in refused(out.getvalue(), name=name)
    wrong, right = ("--identity", tmp_path / "wrong.key"), ("--identity", tmp_path / "right.key")
    assert "cannot be decrypted" in refused(out.getvalue(), *wrong, name=name)
    assert "cannot be decrypted" in refused(out.getvalue()[:-30_000], *right, name=name)
    assert "Nothing answers" in refused(out.getvalue(), *right, name=name)


def test_a_passphrase_archive_opens_without_this_program(tmp_path):
    """As docs/backup.md says: tar and age are enough."""
    with tarfile.open(fileobj=io.BytesIO(sealed(tmp_path))) as tar:
        assert tar.getnames() == ["key.age", "archive.tar.age"]
        key, inner = (tar.extractfile(name).read() for name in tar.getnames())
    import pyrage

    identity = pyrage.x25519.Identity.from_str(
        pyrage.passphrase.decrypt(key, PASSPHRASE).decode().strip()
    )
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(inner, [identity]))) as tar:
        assert tar.extractfile("nexus/nexus.conf").read().decode() == CONF


def test_a_key_file_is_never_overwritten(tmp_path):
    (tmp_path / "key").write_text("precious")
    done = hm("backup", "--make-key", tmp_path / "key")
    assert done.returncode == 1
    assert "a key is never overwritten" in done.stderr
    assert (tmp_path / "key").read_text() == "precious"


def test_a_whole_archive_is_read_back(tmp_path):
    with archive.reading(io.BytesIO(made())) as reader:
        assert reader.open("nexus/nexus.conf").read().decode() == CONF


def test_an_unknown_line_of_backup_conf_is_named(tmp_path):
    (tmp_path / "backup.conf").write_text("TO=/somewhere\nENCRYPT=age1x\n")
    done = hm("backup", "--instance", tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path}/backup.conf: unknown setting ENCRYPT.\n"


def test_what_is_no_recipient_is_named_before_anything_is_read(tmp_path):
    (tmp_path / "nexus.conf").write_text(CONF)
    done = hm("backup", "--instance", tmp_path, "--encrypt-to", "age1nobody")
    assert (done.returncode, done.stderr) == (
        1, "age1nobody is not a recipient: age1… or ssh-ed25519 …\n",
    )  # fmt: skip
