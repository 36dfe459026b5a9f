"""Two patients with studies to read lesions on, and readings of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from annotation.draft import Draft
from annotation.entities import Lesion, Reading
from lesion_model.geometry import Geometry, Point
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.lesions import L3, lytic_findings

OTHER_PSEUDONYM = "OST-2B8RT-XW4HD"

# Studies of PSEUDONYM, in time order but for the undated one; the other patient has one study.
OLD_STUDY, NEW_STUDY, UNDATED_STUDY, OTHER_STUDY = "2.25.1001", "2.25.1002", "2.25.1003", "2.25.1004"
OLD_IMAGE, NEW_IMAGE, UNDATED_IMAGE, OTHER_IMAGE = "2.25.3001", "2.25.3002", "2.25.3003", "2.25.3004"
OLD_FRAME, NEW_FRAME, OTHER_FRAME = "2.25.4001", "2.25.4002", "2.25.4004"

OBJECTS = (
    stored_object(
        study_instance_uid=OLD_STUDY,
        series_instance_uid="2.25.2001",
        sop_instance_uid=OLD_IMAGE,
        frame_of_reference_uid=OLD_FRAME,
        study_date=date(2031, 1, 5),
    ),
    stored_object(
        study_instance_uid=NEW_STUDY,
        series_instance_uid="2.25.2002",
        sop_instance_uid=NEW_IMAGE,
        frame_of_reference_uid=NEW_FRAME,
        study_date=date(2031, 6, 5),
    ),
    stored_object(
        study_instance_uid=UNDATED_STUDY,
        series_instance_uid="2.25.2003",
        sop_instance_uid=UNDATED_IMAGE,
        frame_of_reference_uid=None,
        study_date=None,
    ),
    stored_object(
        pseudonym=OTHER_PSEUDONYM,
        study_instance_uid=OTHER_STUDY,
        series_instance_uid="2.25.2004",
        sop_instance_uid=OTHER_IMAGE,
        frame_of_reference_uid=OTHER_FRAME,
    ),
)

START = datetime(2031, 7, 1, 9, 30, 0, 123456, tzinfo=UTC)


def minutes(count: int) -> datetime:
    return START + timedelta(minutes=count)


def new_lesion(**changes: Any) -> Lesion:
    values: dict[str, Any] = {
        "id": uuid4(),
        "pseudonym": PSEUDONYM,
        "number": 1,
        "site": L3,
        "created_at": START,
        "created_by": "reader one",
    }
    return Lesion(**(values | changes))


def new_reading(lesion_id: UUID, **changes: Any) -> Reading:
    values: dict[str, Any] = {
        "id": uuid4(),
        "lesion_id": lesion_id,
        "study_instance_uid": OLD_STUDY,
        "revision": 1,
        "findings": lytic_findings(),
        "geometry": on_image(OLD_IMAGE),
        "recorded_by": "reader one",
        "recorded_at": START,
    }
    return Reading(**(values | changes))


def new_draft(lesion_id: UUID, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "id": uuid4(),
        "lesion_id": lesion_id,
        "study_instance_uid": OLD_STUDY,
        "author": "reader one",
        "version": 1,
        "findings": lytic_findings(),
        "geometry": on_image(OLD_IMAGE),
        "created_at": START,
        "updated_at": START,
    }
    return Draft(**(values | changes))


def on_image(sop_instance_uid: str, frame_of_reference_uid: str | None = None) -> Geometry:
    return Geometry(
        sop_instance_uid=sop_instance_uid,
        frame_of_reference_uid=frame_of_reference_uid,
        points=(Point(x=12.3, y=-45.6, z=0.1), Point(x=15, y=-40, z=0.1)),
    )


def in_frame(frame_of_reference_uid: str) -> Geometry:
    return Geometry(frame_of_reference_uid=frame_of_reference_uid, points=(Point(x=0, y=0, z=0),))
