"""The node's secret key: one file, readable by its owner only, from which every purpose derives its own key.

KeyFileError
├── KeyFileMissingError      there is no file where one must be
├── KeyFileExposedError      others than the owner may read it
└── KeyFileDamagedError      it is not a key file, or was changed
"""

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = "osteon-key-1"
KEY_BYTES = 32


class KeyFileError(Exception):
    """The key file cannot be used; the message names the file and what to do."""


class KeyFileMissingError(KeyFileError):
    """Bring the key file back from its backup."""


class KeyFileExposedError(KeyFileError):
    """Take the rights of group and others away."""


class KeyFileDamagedError(KeyFileError):
    """Bring the key file back from its backup."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """A secret of 256 bits. `key_id` names it without telling anything about it."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        return self.derive("key-id")[:8].hex()

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key for one purpose (HKDF-SHA-256, RFC 5869): no two purposes share one."""
        info = f"osteon/1/{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self.secret)


def create_key_file(path: Path) -> KeyRing:
    """Make a new key and write it to `path`, which must not exist; durable before it is used.

    Raises FileExistsError when there is one already.
    """
    ring = KeyRing(secrets.token_bytes(KEY_BYTES))
    content = {
        "format": FORMAT,
        "key_id": ring.key_id,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "secret": base64.b64encode(ring.secret).decode("ascii"),
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(json.dumps(content, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike rename, never replaces a key made by another process meanwhile
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return ring


def load_key_file(path: Path) -> KeyRing:
    """Read the key at `path`. Raises a KeyFileError that says what is wrong with it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyFileMissingError(f"no key file at {path}: bring it back from your backup") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileDamagedError(f"key file {path} cannot be read ({type(error).__name__})") from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileExposedError(f"key file {path} may be read by others: run chmod 600 {path}")
    return _parse(text, path)


def _parse(text: str, path: Path) -> KeyRing:
    damaged = KeyFileDamagedError(f"{path} is not an intact Osteon key file: bring it back from your backup")
    try:
        content = json.loads(text)
        ring = KeyRing(base64.b64decode(content["secret"], validate=True))
        intact = content["format"] == FORMAT and content["key_id"] == ring.key_id
    except (ValueError, KeyError, TypeError):
        raise damaged from None
    if not intact or len(ring.secret) != KEY_BYTES:
        raise damaged
    return ring


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
