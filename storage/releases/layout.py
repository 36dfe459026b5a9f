"""Where each file of a release is, as it is pulled and archived: `data/dicom/<pseudonym>/<session>/<series>/…`.

Everything that becomes part of a path is checked: letters, digits, dots and hyphens, and no name of dots alone.
"""

import re

from storage.catalogue_records import ObjectRecord
from storage.releases.errors import BuildError
from storage.releases.freezing import REPORTS, SEGMENTATION
from storage.releases.records import FileKind, FileRecord, SeriesInRelease, TableFormat

README = "data/README.md"
DATA_USE = "data/data-use.md"
DICTIONARY = "data/tables/data-dictionary.json"
MANIFEST = "release.json"
BAG_DECLARATION = "bagit.txt"
BAG_INFO = "bag-info.txt"
PAYLOAD_MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"

SUFFIXES = {"CT": "ct", "MR": "mr", "PT": "pet"}

_PART = re.compile(r"(?!\.+$)[0-9A-Za-z.-]{1,64}")
_NO_LETTER = re.compile(r"[^0-9A-Za-z]")


def kind_of(record: ObjectRecord) -> FileKind:
    """What an object of the image store is in a release."""
    if record.sop_class_uid == SEGMENTATION:
        return FileKind.MASK
    return FileKind.SR if record.sop_class_uid.startswith(REPORTS) else FileKind.DICOM


def object_file(series: SeriesInRelease, record: ObjectRecord) -> FileRecord:
    """An object as it is in the image store. Raises BuildError for identifiers that no path may hold."""
    kind = kind_of(record)
    return FileRecord(
        path=object_path(series, kind, record.sop_instance_uid),
        kind=kind,
        size=record.size,
        sha256=record.sha256,
        pseudonym=series.pseudonym,
        study_instance_uid=series.study_instance_uid,
        series_instance_uid=series.series_instance_uid,
        sop_instance_uid=record.sop_instance_uid,
        orthanc_id=record.orthanc_id,
    )


def object_path(series: SeriesInRelease, kind: FileKind, sop_instance_uid: str) -> str:
    """Raises BuildError for identifiers that no path may hold."""
    folder = "masks" if kind is FileKind.MASK else kind.value
    parts = (series.pseudonym, series.session, series.series_instance_uid, sop_instance_uid)
    patient, session, uid, sop = map(_checked, parts)
    return f"data/{folder}/{patient}/{session}/{uid}/{sop}.dcm"


def volume_path(series: SeriesInRelease, suffix: str = "") -> str:
    """Without its extension, as BIDS names things: letters and digits between hyphens and underscores.

    `run`: the series, by the end of its UID, since a session may have many of one modality.
    """
    subject = _NO_LETTER.sub("", _checked(series.pseudonym))
    session = _checked(series.session)
    number = _NO_LETTER.sub("", _checked(series.series_instance_uid))
    modality = SUFFIXES.get(series.modality or "", _NO_LETTER.sub("", series.modality or "").lower()) or "image"
    part = f"_part-{_NO_LETTER.sub('', suffix)}" if suffix else ""
    name = f"sub-{subject}_ses-{session}_acq-{number}{part}_{modality}"
    return f"data/nifti/sub-{subject}/ses-{session}/{name}"


def mask_path(series: SeriesInRelease, series_instance_uid: str, sop_instance_uid: str, name: str) -> str:
    """Without its extension. `series`: of the segmentation; the UIDs: of the series that it was drawn on, and its own.

    `acq` is that of the volume, `seg` tells the segmentations of one series apart; `name`: dseg or label-N_mask.
    """
    subject = _NO_LETTER.sub("", _checked(series.pseudonym))
    session = _checked(series.session)
    volume, own = (_NO_LETTER.sub("", _checked(uid)) for uid in (series_instance_uid, sop_instance_uid))
    return f"data/nifti/sub-{subject}/ses-{session}/sub-{subject}_ses-{session}_acq-{volume}_seg-{own}_{name}"


def table_path(name: str, wanted: TableFormat) -> str:
    return f"data/tables/{name}.{wanted.value}"


def _checked(part: str) -> str:
    if not _PART.fullmatch(part):
        raise BuildError("an identifier of the ledger cannot be part of a file name")
    return part
