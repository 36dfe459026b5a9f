"""The node's secret key: one file, readable by its owner only, from which every purpose derives its own key.

The key can be rotated. Retired secrets stay in the file: what they sealed outside the vault (quarantine, audit log)
must open, and what must never change, such as replaced UIDs, goes on being derived from the first one.

KeyFileError
├── KeyFileMissingError      there is no file where one must be
├── KeyFileExposedError      others than the owner may read it
├── KeyFileDamagedError      it is not a key file, or was changed
└── UnknownKeyError          it does not hold the key that something was sealed with
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
ROTATED_FORMAT = "osteon-key-2"
"""The same with the retired secrets: an older version of the program must not take it for its own."""

KEY_BYTES = 32

LASTING_PURPOSES = frozenset({"uid", "source-digest", "quarantine-name"})
"""What a rotation must not change: replaced UIDs, and how an object that is sent again is recognised."""


class KeyFileError(Exception):
    """The key file cannot be used; the message names the file and what to do."""


class KeyFileMissingError(KeyFileError):
    """Bring the key file back from its backup."""


class KeyFileExposedError(KeyFileError):
    """Take the rights of group and others away."""


class KeyFileDamagedError(KeyFileError):
    """Bring the key file back from its backup."""


class UnknownKeyError(KeyFileError):
    """Bring the key file back that it was sealed with; the message names its key by id."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """A secret of 256 bits, and those that it has replaced. `key_id` names it without telling anything about it."""

    secret: bytes = field(repr=False)
    retired: tuple[bytes, ...] = field(default=(), repr=False)
    """Oldest first."""

    @property
    def key_id(self) -> str:
        return _key_id(self.secret)

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key for one purpose: no two purposes share one, and lasting purposes keep theirs for ever."""
        lasting = purpose in LASTING_PURPOSES and self.retired
        return _derive(self.retired[0] if lasting else self.secret, purpose)

    def derive_as(self, key_id: str, purpose: str) -> bytes:
        """The key for one purpose as it was when `key_id` was in use. Raises UnknownKeyError."""
        for secret in (self.secret, *self.retired):
            if _key_id(secret) == key_id:
                return _derive(secret, purpose)
        raise UnknownKeyError(f"the key file does not hold key {key_id}")

    def rotated(self) -> "KeyRing":
        """A ring with a new secret that remembers this one."""
        return KeyRing(secrets.token_bytes(KEY_BYTES), (*self.retired, self.secret))


def _derive(secret: bytes, purpose: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869)."""
    info = f"osteon/1/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def _key_id(secret: bytes) -> str:
    return _derive(secret, "key-id")[:8].hex()


def create_key_file(path: Path) -> KeyRing:
    """Make a new key and write it to `path`, which must not exist; durable before it is used.

    Raises FileExistsError when there is one already.
    """
    ring = KeyRing(secrets.token_bytes(KEY_BYTES))
    write_key_file(ring, path)
    return ring


def write_key_file(ring: KeyRing, path: Path) -> None:
    """Write a key to `path`, which must not exist; durable on return. Raises FileExistsError."""
    content: dict[str, object] = {
        "format": ROTATED_FORMAT if ring.retired else FORMAT,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **_key_to_json(ring.secret),
    }
    if ring.retired:
        content["retired"] = [_key_to_json(secret) for secret in ring.retired]
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


def replace_key_file(path: Path, by: Path) -> None:
    """Put the key file `by` in the place of the one at `path`, whole or not at all; durable on return."""
    by.replace(path)
    _sync_folder(path.parent)


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
        retired = tuple(_key_from_json(key) for key in content.get("retired", ()))
        ring = KeyRing(_key_from_json(content), retired)
        intact = content["format"] == (ROTATED_FORMAT if retired else FORMAT)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged from None
    if not intact:
        raise damaged
    return ring


def _key_to_json(secret: bytes) -> dict[str, str]:
    return {"key_id": _key_id(secret), "secret": base64.b64encode(secret).decode("ascii")}


def _key_from_json(content: dict[str, str]) -> bytes:
    secret = base64.b64decode(content["secret"], validate=True)
    if len(secret) != KEY_BYTES or content["key_id"] != _key_id(secret):
        raise ValueError("not the key that it says")
    return secret


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
