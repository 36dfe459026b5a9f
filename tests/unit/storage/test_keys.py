"""The key file: made once, for its owner only, and never mistaken for another."""

import json
import stat
from pathlib import Path

import pytest

from storage.keys import (
    KeyFileDamagedError,
    KeyFileExposedError,
    KeyFileMissingError,
    create_key_file,
    load_key_file,
)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "vault" / "osteon.key"
    create_key_file(path)
    return path


def test_a_key_that_was_written_is_the_key_that_is_read(tmp_path: Path) -> None:
    made = create_key_file(tmp_path / "osteon.key")
    assert load_key_file(tmp_path / "osteon.key") == made


def test_only_the_owner_may_read_it(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_an_existing_key_is_never_replaced(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(FileExistsError):
        create_key_file(key_file)
    assert key_file.read_bytes() == before
    assert [path.name for path in key_file.parent.iterdir()] == ["osteon.key"]


def test_two_purposes_never_share_a_key(key_file: Path) -> None:
    ring = load_key_file(key_file)
    assert ring.derive("uid") != ring.derive("vault-seal") != ring.secret


def test_the_secret_is_not_in_its_representation(key_file: Path) -> None:
    ring = load_key_file(key_file)
    assert ring.secret.hex() not in repr(ring)
    assert repr(ring.secret) not in repr(ring)


def test_a_key_file_that_others_can_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o640)
    with pytest.raises(KeyFileExposedError, match="chmod 600"):
        load_key_file(key_file)


def test_a_missing_key_file_says_to_bring_it_back(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissingError, match="backup"):
        load_key_file(tmp_path / "osteon.key")


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", "not json", '{"format": "osteon-key-1", "key_id": "00"}'])
def test_anything_else_is_damaged(key_file: Path, content: str) -> None:
    key_file.write_text(content)
    with pytest.raises(KeyFileDamagedError):
        load_key_file(key_file)


def test_a_changed_secret_is_noticed(key_file: Path) -> None:
    content = json.loads(key_file.read_text())
    first = content["secret"][0]
    content["secret"] = ("B" if first == "A" else "A") + content["secret"][1:]
    key_file.write_text(json.dumps(content))
    with pytest.raises(KeyFileDamagedError):
        load_key_file(key_file)
