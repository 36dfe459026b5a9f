"""The answer to an upload (PS3.18 10.5.3): its status, and what became of each object, as DICOM JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from api.intake import Fate

Element = dict[str, Any]
DICOM_JSON = "application/dicom+json"

# Attributes of PS3.18 Table I.2-1.
_RETRIEVE_URL, _WARNING_REASON, _FAILURE_REASON = "00081190", "00081196", "00081197"
_FAILED, _REFERENCED, _OTHER_FAILURES = "00081198", "00081199", "0008119A"
_SOP_CLASS, _SOP_INSTANCE = "00081150", "00081155"


def status_of(fates: Sequence[Fate]) -> HTTPStatus:
    """PS3.18 Table 10.5.3-1: all, some or none; when none for reasons that pass, the client is to come again."""
    stored = sum(fate.is_stored for fate in fates)
    if stored == len(fates):
        return HTTPStatus.ACCEPTED if any(fate.has_warning for fate in fates) else HTTPStatus.OK
    if stored:
        return HTTPStatus.ACCEPTED
    return HTTPStatus.SERVICE_UNAVAILABLE if all(fate.is_passing for fate in fates) else HTTPStatus.CONFLICT


def body_of(fates: Sequence[Fate]) -> Element:
    """The Store Instances Response Module. Retrieve URLs are empty: what is kept has other UIDs than what was sent."""
    sequences = {
        _FAILED: [
            {**_named(fate), **_reason(_FAILURE_REASON, fate)}
            for fate in fates
            if not fate.is_stored and _is_named(fate)
        ],
        _REFERENCED: [
            {
                **_named(fate),
                _RETRIEVE_URL: {"vr": "UR"},
                **(_reason(_WARNING_REASON, fate) if fate.has_warning else {}),
            }
            for fate in fates
            if fate.is_stored
        ],
        _OTHER_FAILURES: [
            _reason(_FAILURE_REASON, fate) for fate in fates if not fate.is_stored and not _is_named(fate)
        ],
    }
    return {
        _RETRIEVE_URL: {"vr": "UR"},
        **{tag: {"vr": "SQ", "Value": items} for tag, items in sequences.items() if items},
    }


def counted(fates: Sequence[Fate]) -> str:
    """For the log: how many met which end."""
    return ", ".join(_counts(fates)) or "nothing"


def _counts(fates: Sequence[Fate]) -> Iterator[str]:
    for status, count in sorted(Counter(fate.status for fate in fates).items()):
        yield f"{count} × 0x{status:04X}"


def _is_named(fate: Fate) -> bool:
    return fate.sop_class_uid is not None and fate.sop_instance_uid is not None


def _named(fate: Fate) -> Element:
    return {
        _SOP_CLASS: {"vr": "UI", "Value": [fate.sop_class_uid]},
        _SOP_INSTANCE: {"vr": "UI", "Value": [fate.sop_instance_uid]},
    }


def _reason(tag: str, fate: Fate) -> Element:
    return {tag: {"vr": "US", "Value": [fate.status]}}
