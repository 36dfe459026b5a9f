"""The UIDs of reports and masks: made from what they are about, so that one written twice is one object."""

import hashlib
from uuid import UUID

_BYTES = 16  # of a UUID: what follows 2.25 (PS3.5 B.2)


def report_uid(reading_id: UUID, revision: int) -> str:
    """SOP Instance UID of the report of one revision."""
    return _uid("report", reading_id, str(revision))


def series_uid(reading_id: UUID) -> str:
    """Series Instance UID: the revisions of a reading are one series."""
    return _uid("series", reading_id)


def mask_uid(reading_id: UUID, revision: int) -> str:
    """SOP Instance UID of the mask of what was drawn."""
    return _uid("mask", reading_id, str(revision))


def mask_series_uid(reading_id: UUID) -> str:
    """Series Instance UID: as of reports, the revisions of a reading are one series."""
    return _uid("masks", reading_id)


def mask_dimensions_uid(reading_id: UUID) -> str:
    """Dimension Organization UID of those masks."""
    return _uid("dimensions of masks", reading_id)


def tracking_uid(lesion_id: UUID) -> str:
    """Tracking Unique Identifier: the same for a lesion on every examination."""
    return _uid("lesion", lesion_id)


def _uid(kind: str, of: UUID, *more: str) -> str:
    text = "/".join(("osteon structured report", kind, str(of), *more))
    return f"2.25.{int.from_bytes(hashlib.sha256(text.encode('ascii')).digest()[:_BYTES], 'big')}"
