"""What an object says of itself after pseudonymisation (PS3.15 E.1.1; PS3.3 C.7.1.1, C.12.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from dicom_node.pseudonymisation.codec import ITEM, Codec
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DIGEST_LENGTH, Profile
from dicom_node.pseudonymisation.values import padded

VERSION = version("osteon")
LONGEST_STUDY_ID = 16
LONGEST_METHOD = 64
CODE_SCHEME = "DCM"
MARKED = frozenset({0x00100010, 0x00100020, 0x00120062, 0x00120063, 0x00120064, 0x00200010, 0x00280303})
"""The attributes that are written whatever the source holds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One element that is written whatever the source holds."""

    tag: int
    vr: str
    value: bytes

    def encode(self, codec: Codec) -> bytes:  # noqa: ARG002 - sequences depend on it
        return self.value


@dataclass(frozen=True, slots=True)
class CodesMark(Mark):
    """A sequence of coded entries; its bytes depend on the encoding."""

    codes: tuple[tuple[str, str], ...] = ()

    def encode(self, codec: Codec) -> bytes:
        return b"".join(self._item(codec, value, meaning) for value, meaning in self.codes)

    def _item(self, codec: Codec, value: str, meaning: str) -> bytes:
        content = b"".join(
            codec.header(tag, vr, len(text)) + text
            for tag, vr, text in (
                (0x00080100, "SH", _text(value)),
                (0x00080102, "SH", _text(CODE_SCHEME)),
                (0x00080104, "LO", _text(meaning)),
            )
        )
        return codec.header(ITEM, "", len(content)) + content


def marks_of(
    *, pseudonym: str, study_uid: str, profile: Profile, codes: Iterable[tuple[str, str]]
) -> Mapping[int, Mark]:
    """The marks of one study's objects. `study_uid`: the replaced one.

    StudyID gets a value that means nothing outside: some systems merge studies whose StudyID is empty.
    """
    marks = (
        Mark(0x00100010, "PN", _text(pseudonym)),
        Mark(0x00100020, "LO", _text(pseudonym)),
        Mark(0x00120062, "CS", _text("YES")),
        Mark(0x00120063, "LO", _text(_method(profile))),
        CodesMark(0x00120064, "SQ", b"", tuple(codes)),
        Mark(0x00200010, "SH", _text(study_uid[-LONGEST_STUDY_ID:])),
        Mark(0x00280303, "CS", _text(_dates(profile))),
    )
    return {mark.tag: mark for mark in marks}


def _method(profile: Profile) -> str:
    """Version, profile, digest; of a long name the beginning."""
    before, after = f"Osteon {VERSION} ", f" {profile.digest[:DIGEST_LENGTH]}"
    return before + profile.name[: LONGEST_METHOD - len(before) - len(after)] + after


def _dates(profile: Profile) -> str:
    """Longitudinal Temporal Information Modified (PS3.15 E.3.6): what became of dates and times."""
    if Option.RETAIN_LONG_FULL_DATES in profile.options:
        return "UNMODIFIED"
    return "MODIFIED" if Option.RETAIN_LONG_MODIFIED_DATES in profile.options else "REMOVED"


def _text(text: str) -> bytes:
    return padded(text.encode("ascii", "replace").replace(b"\\", b"/"), "LO")
