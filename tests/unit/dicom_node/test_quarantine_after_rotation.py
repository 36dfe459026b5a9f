"""What was quarantined before a key rotation opens after it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicom_node.quarantine import Circumstances, Quarantine
from dicom_node.status import Reason
from storage.keys import KeyRing, UnknownKeyError

KEYS = KeyRing(b"k" * 32)
CAME = Circumstances(
    association_id="0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11",
    sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
    received_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
)


def test_what_was_sealed_with_either_key_opens_and_is_kept_once(tmp_path: Path) -> None:
    before = Quarantine(tmp_path, KEYS).put(b"first", CAME, Reason.STUDY_CONFLICT)
    rotated = Quarantine(tmp_path, KEYS.rotated())
    after = rotated.put(b"second", CAME, Reason.STUDY_CONFLICT)

    assert rotated.open(before.quarantine_id) == b"first"
    assert rotated.open(after.quarantine_id) == b"second"
    assert rotated.put(b"first", CAME, Reason.STUDY_CONFLICT) == before
    assert len(list(rotated.labels())) == 2


def test_a_key_file_without_the_key_it_was_sealed_with_says_which_is_missing(tmp_path: Path) -> None:
    label = Quarantine(tmp_path, KEYS).put(b"first", CAME, Reason.UNREADABLE)
    with pytest.raises(UnknownKeyError, match=KEYS.key_id):
        Quarantine(tmp_path, KeyRing(b"o" * 32)).open(label.quarantine_id)
