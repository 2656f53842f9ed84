"""Encryption of an archive with age (https://age-encryption.org/v1), which other tools open too.

To recipients, ``name.tar.age`` is a plain age file. With a passphrase it is encrypted to a key made
for it alone, and that key to the passphrase, since age's own passphrase files are read and written
in memory as a whole: ``name.sealed.tar`` holds ``key.age`` and ``archive.tar.age``. Without
HiveMatrix: ``tar xf name.sealed.tar && age -d -i key.age archive.tar.age | tar x``.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from deploy.local.console import Problem

RECIPIENTS, PASSPHRASE = ".tar.age", ".sealed.tar"
_KEY, _ARCHIVE = "key.age", "archive.tar.age"
_NO_KEY = "This archive is encrypted. Give its key file (--identity FILE). Nothing was changed."
_LOCKED = (
    "This archive is encrypted with a passphrase. Give it (--passphrase-file FILE). "
    "Nothing was changed."
)


def _age() -> Any:
    try:
        import pyrage
    except ImportError:
        raise Problem(
            "Encryption needs the package pyrage in the venv hm runs in; install it there: "
            "pip install pyrage"
        ) from None
    return pyrage


def make_key(path: Path) -> str:
    """Write a new key file, readable by its owner alone; return its recipient. Raises Problem."""
    identity = _age().x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise Problem(f"{path} exists; a key is never overwritten.") from None
    path.write_text(f"# public key: {recipient}\n{identity}\n")
    return recipient


def recipients(words: Iterable[str]) -> list[Any]:
    """Return who can open the archive: ``age1…`` or an SSH public key. Raises Problem."""
    age = _age()
    found = []
    for word in words:
        kind = age.ssh if word.startswith("ssh-") else age.x25519
        try:
            found.append(kind.Recipient.from_str(word))
        except age.RecipientError:
            raise Problem(f"{word} is not a recipient: age1… or ssh-ed25519 …") from None
    return found


def seal(plain: IO[bytes], out: IO[bytes], to: list[Any]) -> None:
    """Encrypt ``plain`` to recipients."""
    _age().encrypt_io(plain, out, to)


def seal_with_passphrase(plain: IO[bytes], out: IO[bytes], passphrase: str) -> None:
    """Encrypt ``plain`` so that the passphrase opens it; ``out`` can seek."""
    age = _age()
    identity = age.x25519.Identity.generate()
    key = age.passphrase.encrypt(f"{identity}\n".encode(), passphrase)
    key_info, info = tarfile.TarInfo(_KEY), tarfile.TarInfo(_ARCHIVE)
    key_info.size = len(key)
    for each in (key_info, info):
        each.mode = 0o600
    out.write(key_info.tobuf() + key + bytes(-len(key) % 512))
    place = out.tell()
    out.write(info.tobuf())  # again at the end, when the size is known
    age.encrypt_io(plain, out, [identity.to_public()])
    info.size = out.tell() - place - 512
    out.write(bytes(-info.size % 512) + bytes(1024))
    header = info.tobuf(tarfile.GNU_FORMAT)
    out.seek(place)
    out.write(header)


def opened(path: Path, *, identity: Path | None, passphrase: str | None) -> IO[bytes]:
    """Return the plain archive: the file itself, or a decrypted copy that has no name on disk.

    Raises Problem.
    """
    if path.name.endswith(PASSPHRASE):
        if passphrase is None:
            raise Problem(_LOCKED)
        with path.open("rb") as file:
            return _decrypted_with_passphrase(file, passphrase)
    if path.name.endswith(RECIPIENTS):
        if identity is None:
            raise Problem(_NO_KEY)
        with path.open("rb") as file:
            return _decrypted(file, _identities(identity))
    return path.open("rb")


def _decrypted_with_passphrase(file: IO[bytes], passphrase: str) -> IO[bytes]:
    age = _age()
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            key, archive = (tar.extractfile(name) or io.BytesIO() for name in (_KEY, _ARCHIVE))
            text = age.passphrase.decrypt(key.read(), passphrase).decode().strip()
            return _decrypted(archive, [age.x25519.Identity.from_str(text)])
    except age.DecryptError:
        raise Problem("The passphrase is wrong. Nothing was changed.") from None
    except (tarfile.TarError, KeyError, EOFError):
        raise Problem("The archive is damaged or incomplete. Nothing was changed.") from None


def _decrypted(file: IO[bytes], identities: list[Any]) -> IO[bytes]:
    age = _age()
    plain = tempfile.TemporaryFile(dir="/var/tmp")  # noqa: SIM115 - it has no name, and is large
    try:
        age.decrypt_io(file, plain, identities)
    except (age.DecryptError, OSError) as error:
        plain.close()
        if isinstance(error, OSError) and error.errno:  # such as a full disk
            raise
        raise Problem(
            f"The archive cannot be decrypted: the key is another one, or the file is damaged "
            f"({error}). Nothing was changed."
        ) from None
    plain.seek(0)
    return plain


def _identities(path: Path) -> list[Any]:
    age = _age()
    try:
        text = path.read_text(encoding="utf-8")
        if text.startswith("-----BEGIN"):
            return [age.ssh.Identity.from_buffer(text.encode())]
        lines = [line.strip() for line in text.splitlines()]
        keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
        return [age.x25519.Identity.from_str(key) for key in keys]
    except (age.IdentityError, OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read as a key: {error}.") from None
