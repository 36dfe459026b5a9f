"""What a report is made of, beside the reading: the image that it is about, and a name for the reader that is none."""

from sqlalchemy import Connection, Select, select

from storage.account_tables import AccountRow
from storage.errors import StorageError
from storage.ledger_tables import InstanceRow, SeriesRow

# What readings are made on; objects made of images come after them.
_IMAGES = ("CT", "MR", "PT")


WITHOUT_ACCOUNT = "0"


class NoImageError(StorageError):
    """No image of the study is here any more."""


def orthanc_id_of_image(connection: Connection, study_instance_uid: str, sop_instance_uid: str | None) -> str:
    """Of the image that was drawn on, else of the first of the study. Raises NoImageError."""
    drawn_on = _of_study(study_instance_uid).where(InstanceRow.sop_instance_uid == sop_instance_uid)
    first = _of_study(study_instance_uid).where(SeriesRow.modality.in_(_IMAGES))
    for wanted in (drawn_on, first) if sop_instance_uid else (first,):
        found: str | None = connection.scalar(wanted)
        if found is not None:
            return found
    raise NoImageError("no image of the study is here")


def orthanc_id_drawn_on(connection: Connection, study_instance_uid: str, sop_instance_uid: str) -> str:
    """Of the very image that was drawn on. Raises NoImageError."""
    wanted = _of_study(study_instance_uid).where(InstanceRow.sop_instance_uid == sop_instance_uid)
    found: str | None = connection.scalar(wanted)
    if found is None:
        raise NoImageError("the image that was drawn on is not here")
    return found


def observer_of(connection: Connection, label: str) -> str:
    """The random identifier of the account that carries this label; of a token without an account, the same for all.

    Never made from the label: it may be a name, and what is made from one can be found by trying names.
    """
    found = connection.scalar(select(AccountRow.id).where(AccountRow.label == label))
    return WITHOUT_ACCOUNT if found is None else str(found)


def _of_study(study_instance_uid: str) -> Select[str]:
    return (
        select(InstanceRow.orthanc_id)
        .join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
        .where(SeriesRow.study_instance_uid == study_instance_uid, InstanceRow.lost_at.is_(None))
        .order_by(SeriesRow.series_number, SeriesRow.series_instance_uid, InstanceRow.sop_instance_uid)
        .limit(1)
    )
