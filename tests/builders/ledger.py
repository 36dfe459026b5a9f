"""Valid rows of the ledger, to be changed where a test cares."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from storage.ledger_records import AssociationSummary, QuarantinedObject, StoredObject

PSEUDONYM = "OST-7K3M9-QPXRC"
STUDY_UID = "2.25.1001"
SERIES_UID = "2.25.2001"
INSTANCE_UID = "2.25.3001"
FRAME_OF_REFERENCE_UID = "2.25.4001"
ASSOCIATION_ID = "7f1f6f0e-5f0a-4b4c-9d3e-0a6b2c8d1e11"
CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"


def stored_object(**changes: Any) -> StoredObject:
    """One CT slice; digests and the Orthanc id follow from its SOP Instance UID unless given."""
    uid = changes.get("sop_instance_uid", INSTANCE_UID)
    values: dict[str, Any] = {
        "association_id": ASSOCIATION_ID,
        "pseudonym": PSEUDONYM,
        "study_instance_uid": STUDY_UID,
        "series_instance_uid": SERIES_UID,
        "sop_instance_uid": uid,
        "sop_class_uid": CT_IMAGE_STORAGE,
        "transfer_syntax_uid": EXPLICIT_VR_LITTLE_ENDIAN,
        "modality": "CT",
        "study_date": date(2031, 4, 5),
        "patient_sex": "F",
        "series_number": 3,
        "instance_number": 17,
        "frame_of_reference_uid": FRAME_OF_REFERENCE_UID,
        "rows": 512,
        "columns": 512,
        "number_of_frames": None,
        "size": 526_336,
        "sha256": hashlib.sha256(f"file {uid}".encode()).hexdigest(),
        "source_digest": hashlib.sha256(f"source {uid}".encode()).hexdigest(),
        "orthanc_id": hashlib.sha256(f"orthanc {uid}".encode()).hexdigest()[:44],
        "received_at": datetime(2031, 4, 6, 7, 8, 9, 123456, tzinfo=UTC),
        "stored_at": datetime(2031, 4, 6, 7, 8, 10, 654321, tzinfo=UTC),
    }
    return StoredObject(**(values | changes))


def association_summary(**changes: Any) -> AssociationSummary:
    """One association that was released in good order."""
    values: dict[str, Any] = {
        "association_id": ASSOCIATION_ID,
        "calling_ae_title": "PACS",
        "peer_address": "192.0.2.7",
        "opened_at": datetime(2031, 4, 6, 7, 8, 0, tzinfo=UTC),
        "closed_at": datetime(2031, 4, 6, 7, 9, 0, tzinfo=UTC),
        "outcome": "released",
        "received": 4,
        "stored": 2,
        "duplicates": 1,
        "quarantined": 1,
        "refused": 0,
    }
    return AssociationSummary(**(values | changes))


def quarantined_object(**changes: Any) -> QuarantinedObject:
    """One object set aside because text may be burned into its pixels."""
    values: dict[str, Any] = {
        "quarantine_id": "0b1d0b52-63a5-4d0f-8f6d-3b3c1c2a9f10",
        "association_id": ASSOCIATION_ID,
        "reason": "burned-in-text",
        "sop_class_uid": CT_IMAGE_STORAGE,
        "size": 1024,
        "received_at": datetime(2031, 4, 6, 7, 8, 30, tzinfo=UTC),
    }
    return QuarantinedObject(**(values | changes))
