"""Objects whose UIDs and names are made to hurt whoever takes them for a path, a format, a query or a line of a log."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from random import Random
from struct import pack

import pydicom
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset

from tests.builders.many_objects import Specimen
from tests.builders.peer import CT, EXPLICIT, tiny_ct

CANARY = "zz-canary"
"""In every hostile text: found anywhere in clear, it has got through."""

_TEXTS = (
    "../../../../var/{canary}",
    "/var/{canary}",
    "..\\..\\{canary}",
    "C:\\{canary}",
    "{canary}\0.dcm",
    "{canary}\n2026-01-01 root: logged in",
    "{canary}\r\nSet-Cookie: a=b",
    "{canary}'; DROP TABLE instance; --",
    '{canary}" OR ""="',
    "%s%n%x{canary}",
    "{{0.__class__}}{canary}",
    "${{jndi:ldap://{canary}/a}}",
    "$(touch /var/{canary})",
    "`touch /var/{canary}`",
    "<script>{canary}</script>",
    "\x1b[2J{canary}",
    "\x1b$B{canary}",
    "{canary}^^^^^^^^",
    "{canary}=={canary}",
    "é{canary}ß",
    "日本{canary}",
    "\ufeff{canary}",
    "\u202e{canary}",
    "{canary}" * 100,
    "{canary}\\" * 30,
    "",
    " ",
    "NULL",
    "-1",
    "1e999",
)
_UIDS = (
    "../../etc/{canary}",
    "1.2.3/../../{canary}",
    "1.2.3.4.5\0{canary}",
    "1.2.3.4.5\n{canary}",
    "1..2.{number}",
    ".1.2.{number}",
    "1.2.{number}.",
    "1.2.{number} ",
    "-1.2.{number}",
    "1.2.{number}." + "9" * 80,
    "",
    "0",
    "1.2.840.10008.1.2",
    "2.25.{number}",
    "2.25.340282366920938463463374607431768211456",
    "{canary}",
    "١.٢.{number}",
)
_NAMES = ("PatientName", "StudyDescription", "SeriesDescription", "InstitutionName", "AccessionNumber")
_IDENTIFIERS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")


_PATIENTS = 50
_PIXEL_DATA = 0x7FE00010
_MARK_BYTES = 8


def hostile_objects(seed: int) -> Iterator[Specimen]:
    """Without end, each another one; about every second has identifiers that are legal."""
    random = Random(seed)  # noqa: S311
    elements = _elements()
    number = 0
    while True:
        number += 1
        values = {
            "SOPInstanceUID": f"1.2.826.77.{seed}.{number}".encode(),
            "PatientID": _made(_TEXTS[number % _PATIENTS % len(_TEXTS)] + f"{number % _PATIENTS}", number),
            "StudyInstanceUID": f"1.2.826.78.{seed}.{number % _PATIENTS}".encode(),
            "SeriesInstanceUID": f"1.2.826.79.{seed}.{number % _PATIENTS}".encode(),
        }
        for keyword in random.sample(_NAMES, 3):
            values[keyword] = _made(random.choice(_TEXTS), number)
        if number % 2:
            values[random.choice(_IDENTIFIERS)] = _made(random.choice(_UIDS), number)
        pixels = number.to_bytes(_MARK_BYTES, "little")
        written = elements | {_tag(keyword): _text(keyword, value) for keyword, value in values.items()}
        written[_PIXEL_DATA] = pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, _MARK_BYTES) + pixels
        yield Specimen(
            sop_class_uid=CT,
            transfer_syntax_uid=EXPLICIT,
            sop_instance_uid=values["SOPInstanceUID"].decode(),
            pixels=hashlib.sha256(pixels).hexdigest(),
            data_set=b"".join(written[tag] for tag in sorted(written)),
        )


def _made(pattern: str, number: int) -> bytes:
    return pattern.format(canary=CANARY, number=number).encode()


def _elements() -> dict[int, bytes]:
    """A small CT, element by element."""
    found = {}
    for element in pydicom.dcmread(BytesIO(tiny_ct())):
        one, buffer = Dataset(), BytesIO()
        one.add(element)
        one.save_as(buffer, implicit_vr=False, little_endian=True)
        found[int(element.tag)] = buffer.getvalue()
    return found


def _text(keyword: str, value: bytes) -> bytes:
    """An element with this value as it is, written by hand: no library would."""
    tag, vr = _tag(keyword), dictionary_VR(keyword).encode("ascii")
    padded = value + (b"\0" if vr == b"UI" else b" ") * (len(value) % 2)
    return pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(padded)) + padded


def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    return tag
