"""Places where bytes are not what they should be: wrong VRs, the file's frame, bulk data, compressed streams."""

from collections.abc import Callable

from dicom_node.status import Reason
from tests.builders.leaks import Draft, Place, Plant
from tests.builders.leaks_planting import (
    all_of,
    behind_the_pixels,
    behind_the_stream,
    in_a_fragment,
    in_a_segment,
    in_an_rle_header,
    in_the_offset_table,
    line,
    meta,
    named,
    private,
    put,
    tag_and_vr,
    value,
    within,
)

JPEG_LS, JPEG_2000, RLE = "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm", "MR_small_RLE.dcm"
_COM, _APP1, _APP14, _COM_2000 = 0xFFFE, 0xFFE1, 0xFFEE, 0xFF64
_LONG = 3000
_PERSON = b"\x10\0\x10\0PN"


def _as(attribute: str, vr: str) -> Plant:
    """An attribute that came with another VR than its own."""
    tag, _ = tag_and_vr(attribute, vr)
    return lambda draft, token: put(draft.dataset, tag, vr, token.encode())


def _frame(change: Callable[[Draft, bytes], None]) -> Plant:
    return lambda draft, token: change(draft, token.encode())


def _write_preamble(draft: Draft, token: bytes, at: int) -> None:
    draft.preamble[at : at + len(token)] = token


WRONG_VRS = (
    Place(name="name in a decimal", token="DECIVANDAL", plant=value("SliceThickness")),
    Place(name="name behind a decimal", token="DECOVANDAL", plant=value("SpacingBetweenSlices", "5.0\0{}")),
    Place(name="name in an integer", token="ENTIERVISK", plant=value("AcquisitionNumber")),
    Place(name="name in a time", token="TEMPOVANDAL", plant=value("ContentTime")),
    Place(name="name in a date", token="DATOVANDAL", plant=value("ContentDate")),
    Place(name="name behind a date", token="DATEVANDAL", plant=value("SeriesDate", "20110925\\{}")),
    Place(name="name in a date and time", token="INSTOVANDAL", plant=value("FrameReferenceDateTime")),
    Place(name="name in an age", token="AGEVISKAL", plant=value("PatientAge")),
    Place(name="name in a time zone", token="ZONOVANDAL", plant=value("TimezoneOffsetFromUTC")),
    Place(name="name in a sex", token="SEXOVANDAL", plant=all_of(named(), value("PatientSex"))),
    Place(
        name="patient's name in numbers of 16 bits",
        token="MOTSVANDAL",
        plant=all_of(named(), value("RedPaletteColorLookupTableDescriptor")),
    ),
    Place(name="person with VR UN", token="Unnovandal", plant=_as("ConsultingPhysicianName", "UN")),
    Place(name="person with VR OB", token="Obnovandal", plant=_as("PhysiciansOfRecord", "OB")),
    Place(name="person with VR LO", token="Lonovandal", plant=_as("ScheduledPerformingPhysicianName", "LO")),
    Place(name="description with VR CS", token="CSNOVANDAL", plant=_as("AcquisitionProtocolName", "CS")),
    Place(name="number with VR LO", token="Dsnovandal", plant=_as("DistanceSourceToDetector", "LO")),
    Place(name="sequence with VR OB", token="Sqnovandal", plant=_as("ReferencedStudySequence", "OB")),
    Place(name="rank with VR UT", token="Utnovandal", plant=_as("MilitaryRank", "UT")),
    Place(
        name="name in the middle of a long text",
        token="Milieuvandal",
        plant=line("ImageComments", "coupe fine " * _LONG + "{} " + "reconstruction " * _LONG),
        alone=True,
    ),
    Place(
        name="name at the end of an unlimited text",
        token="Finalovandal",
        plant=within("ContentSequence", leaf=value("TextValue", "thorax " * (10 * _LONG) + "{}")),
    ),
    Place(
        name="patient's name in bytes of a private element that is safe",
        token="Safeovandal",
        plant=all_of(named(), private("SIEMENS Ultrasound SC2000", 0x0119, 0x01, "OB")),
        held_back=Reason.RESIDUE,
    ),
    Place(
        name="patient's name in the table of a palette",
        token="Palettovandal",
        plant=all_of(named(), _as("RedPaletteColorLookupTableData", "OW")),
        held_back=Reason.RESIDUE,
    ),
    Place(
        name="patient's name in a colour profile",
        token="Profilovandal",
        plant=all_of(named(), _as("ICCProfile", "OB")),
        held_back=Reason.RESIDUE,
    ),
    Place(
        name="patient's name in a list of numbers",
        token="Listovandal!",
        plant=all_of(named("Listovandal"), _as("SimpleFrameList", "UL")),
        held_back=Reason.RESIDUE,
    ),
)

FRAME = (
    Place(name="beginning of the preamble", token="Preambovandal", plant=_frame(lambda d, t: _write_preamble(d, t, 0))),
    Place(
        name="end of the preamble",
        token="Preandovandal",
        plant=_frame(lambda d, t: _write_preamble(d, t, 128 - len(t))),
    ),
    Place(name="AE title of the source", token="SOURCOVANDAL", plant=meta("SourceApplicationEntityTitle")),
    Place(name="AE title of the sender", token="SENDOVANDAL", plant=meta("SendingApplicationEntityTitle")),
    Place(name="AE title of the receiver", token="RECEVOVANDAL", plant=meta("ReceivingApplicationEntityTitle")),
    Place(name="address of the source", token="zw.presento.example", plant=meta("SourcePresentationAddress")),
    Place(name="version of the implementation", token="IMPLOVANDAL", plant=meta("ImplementationVersionName")),
    Place(name="UID of the implementation", token="1.2.250.1.99.7741982060.18", plant=meta("ImplementationClassUID")),
    Place(
        name="private information of the file",
        token="Privinfovandal",
        plant=all_of(meta("PrivateInformationCreatorUID", "1.2.3.4"), meta("PrivateInformation")),
    ),
    Place(name="unknown element of the file's frame", token="Cadrovandal", plant=meta(0x00020999, vr="LO")),
    Place(
        name="bytes after the last element",
        token="Traînovandal",
        plant=_frame(lambda draft, token: draft.behind.extend(token)),
        held_back=Reason.UNREADABLE,
    ),
    Place(
        name="name of the patient again, after the pixels",
        token="Repetovandal",
        plant=_frame(lambda draft, token: draft.behind.extend(_PERSON + len(token).to_bytes(2, "little") + token)),
        held_back=Reason.UNREADABLE,
    ),
    Place(
        name="bytes after the last pixel",
        token="Surplovandal",
        plant=behind_the_pixels(),
        held_back=Reason.PIXELS_DO_NOT_FIT,
    ),
)

OFFSETS = Place(
    name="patient's name in the extended offset table",
    token="Jpegxovandal",
    plant=all_of(named(), _as("ExtendedOffsetTable", "OV")),
    carrier=JPEG_LS,
)

STREAMS = tuple(
    Place(
        name=f"patient's name in {where} of {kind} pixels",
        token=token,
        plant=all_of(named(), plant),
        held_back=Reason.RESIDUE,
        carrier=carrier,
    )
    for where, kind, token, plant, carrier in (
        ("a fragment", "JPEG-LS", "Jpegmovandal", in_a_fragment(), JPEG_LS),
        ("the header", "RLE", "Rlehovandal", in_an_rle_header(), RLE),
        ("a comment", "JPEG-LS", "Jpegcovandal", in_a_segment(_COM), JPEG_LS),
        ("an application segment", "JPEG-LS", "Jpegaovandal", in_a_segment(_APP1), JPEG_LS),
        ("the last kind of application segment", "JPEG-LS", "Jpegbovandal", in_a_segment(_APP14), JPEG_LS),
        ("the bytes behind the stream", "JPEG-LS", "Jpegdovandal", behind_the_stream(), JPEG_LS),
        ("the offset table", "JPEG-LS", "Jpegtovandal", in_the_offset_table(), JPEG_LS),
        ("a comment", "JPEG 2000", "Jpegkovandal", in_a_segment(_COM_2000), JPEG_2000),
        ("the bytes behind the stream", "JPEG 2000", "Jpegfovandal", behind_the_stream(), JPEG_2000),
    )
)

BYTES = (*WRONG_VRS, *FRAME, OFFSETS, *STREAMS)
