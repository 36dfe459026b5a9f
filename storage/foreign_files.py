"""A file made elsewhere as a data set, every element of it decoded once."""

from io import BytesIO
from typing import Any

import pydicom
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from annotation.errors import UnacceptableError
from annotation.importing.errors import UnreadableObjectError
from annotation.importing.foreign_object import START_BYTES
from lesion_model.errors import Problem

# What is deflated or compressed may be a thousand times larger than it looks.
SYNTAXES = (str(ImplicitVRLittleEndian), str(ExplicitVRLittleEndian))
MOST_DEPTH = 24
META_GROUP = 0x0002


def foreign_dataset(file: bytes) -> Any:
    """Raises UnacceptableError for a compressed file, and whatever pydicom raises for a damaged one."""
    meta = read_dataset(
        BytesIO(file[START_BYTES:]),
        is_implicit_VR=False,
        is_little_endian=True,
        stop_when=_is_past_the_start,
    )
    if meta.get("TransferSyntaxUID") not in SYNTAXES:
        raise UnacceptableError([Problem(field="TransferSyntaxUID", detail="must not be compressed", allowed=SYNTAXES)])
    dataset = pydicom.dcmread(BytesIO(file))
    _decode(dataset, 0)
    return dataset


def _is_past_the_start(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    """PS3.10 7.1: group 0002, always Explicit VR Little Endian. Nothing is inflated before its syntax is known."""
    return tag.group != META_GROUP


def _decode(dataset: Any, depth: int) -> None:
    """What is damaged is found here, and not when it is asked for."""
    if depth > MOST_DEPTH:
        raise UnreadableObjectError
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                _decode(item, depth + 1)
