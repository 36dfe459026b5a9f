"""The report on a request: an N-EVENT-REPORT's event type and Event Information (PS3.4 J.3.3.1.1)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydicom.uid import ImplicitVRLittleEndian

from dicom_node.commitment.failures import Failure
from dicom_node.commitment.requests import (
    REFERENCED_SOP_CLASS,
    REFERENCED_SOP_INSTANCE,
    REFERENCED_SOP_SEQUENCE,
    TRANSACTION_UID,
    Reference,
)
from dicom_node.commitment.verdicts import Verdicts
from dicom_node.pseudonymisation.codec import ITEM, Codec
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE, IMPLICIT_LITTLE

ALL_COMMITTED, FAILURES_EXIST = 1, 2
FAILED_SOP_SEQUENCE, FAILURE_REASON = 0x00081198, 0x00081197
_CODECS = (Codec(EXPLICIT_LITTLE), Codec(IMPLICIT_LITTLE))


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of one transaction."""

    transaction_uid: str = field(repr=False)
    verdicts: Verdicts = field(repr=False)

    @property
    def event_type(self) -> int:
        return FAILURES_EXIST if self.verdicts.failed else ALL_COMMITTED

    def information(self, transfer_syntax: str) -> bytes:
        """The data set, in implicit or explicit VR little endian."""
        codec = _CODECS[transfer_syntax == ImplicitVRLittleEndian]
        failed = [_item(codec, reference, failure) for reference, failure in self.verdicts.failed]
        committed = [_item(codec, reference) for reference in self.verdicts.committed]
        return b"".join(
            (
                _element(codec, TRANSACTION_UID, "UI", _uid(self.transaction_uid)),
                _sequence(codec, FAILED_SOP_SEQUENCE, failed),
                _sequence(codec, REFERENCED_SOP_SEQUENCE, committed),
            )
        )


def _item(codec: Codec, reference: Reference, failure: Failure | None = None) -> bytes:
    content = _element(codec, REFERENCED_SOP_CLASS, "UI", _uid(reference.sop_class_uid))
    content += _element(codec, REFERENCED_SOP_INSTANCE, "UI", _uid(reference.sop_instance_uid))
    if failure is not None:
        content += _element(codec, FAILURE_REASON, "US", struct.pack("<H", failure))
    return _element(codec, ITEM, "", content)


def _sequence(codec: Codec, tag: int, items: Iterable[bytes]) -> bytes:
    content = b"".join(items)
    return _element(codec, tag, "SQ", content) if content else b""


def _element(codec: Codec, tag: int, vr: str, value: bytes) -> bytes:
    return codec.header(tag, vr, len(value)) + value


def _uid(uid: str) -> bytes:
    value = uid.encode("ascii", "replace")
    return value + b"\0" * (len(value) % 2)
