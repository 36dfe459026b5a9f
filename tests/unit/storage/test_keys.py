"""The key file: made once, for its owner only, and never mistaken for another."""

import base64
import json
import stat
from pathlib import Path

import pytest

from storage.keys import (
    KeyFileDamagedError,
    KeyFileExposedError,
    KeyFileMissingError,
    KeyRing,
    UnknownKeyError,
    create_key_file,
    load_key_file,
    replace_key_file,
    write_key_file,
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


def test_a_rotated_key_is_read_with_the_keys_that_it_replaced(tmp_path: Path) -> None:
    ring = KeyRing(b"a" * 32).rotated().rotated()
    write_key_file(ring, tmp_path / "osteon.key")
    assert load_key_file(tmp_path / "osteon.key") == ring
    assert (len(ring.retired), ring.retired[0]) == (2, b"a" * 32)
    assert len({ring.secret, *ring.retired}) == 3


def test_a_version_that_knows_no_rotation_does_not_take_a_rotated_key_for_its_own(tmp_path: Path) -> None:
    write_key_file(KeyRing(b"a" * 32), tmp_path / "first")
    write_key_file(KeyRing(b"a" * 32).rotated(), tmp_path / "second")
    formats = [json.loads((tmp_path / name).read_text())["format"] for name in ("first", "second")]
    assert formats == ["osteon-key-1", "osteon-key-2"]


@pytest.mark.parametrize(
    "retired",
    [
        None,
        "",
        [],
        [7],
        [{}],
        [{"key_id": KeyRing(b"a" * 32).key_id, "secret": "YQ=="}],
        [{"key_id": KeyRing(b"a" * 32).key_id, "secret": base64.b64encode(b"b" * 32).decode()}],
    ],
)
def test_damaged_retired_keys_are_noticed(tmp_path: Path, retired: object) -> None:
    path = tmp_path / "osteon.key"
    write_key_file(KeyRing(b"a" * 32).rotated(), path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"retired": retired}))
    with pytest.raises(KeyFileDamagedError):
        load_key_file(path)


def test_what_must_last_is_derived_from_the_first_key_for_ever() -> None:
    first = KeyRing(b"a" * 32)
    rotated = first.rotated().rotated()
    assert rotated.derive("uid") == first.derive("uid")
    assert rotated.derive("vault-seal") != first.derive("vault-seal")


def test_a_retired_key_still_opens_what_it_sealed_and_an_unknown_one_is_named() -> None:
    first = KeyRing(b"a" * 32)
    rotated = first.rotated()
    assert rotated.derive_as(first.key_id, "quarantine-seal") == first.derive("quarantine-seal")
    assert rotated.derive_as(rotated.key_id, "quarantine-seal") == rotated.derive("quarantine-seal")
    with pytest.raises(UnknownKeyError, match=rotated.key_id):
        first.derive_as(rotated.key_id, "quarantine-seal")


def test_replacing_a_key_file_leaves_one_file(tmp_path: Path) -> None:
    create_key_file(tmp_path / "osteon.key")
    write_key_file(KeyRing(b"a" * 32), tmp_path / "next")
    replace_key_file(tmp_path / "osteon.key", by=tmp_path / "next")
    assert load_key_file(tmp_path / "osteon.key") == KeyRing(b"a" * 32)
    assert [path.name for path in tmp_path.iterdir()] == ["osteon.key"]


def test_retired_secrets_are_not_in_the_representation() -> None:
    assert "aaa" not in repr(KeyRing(b"a" * 32).rotated())
