"""A patient for the meeting: three lesions over two studies with images to show, and what clinicians said of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import httpx
import numpy as np
from pydicom.dataset import Dataset

from storage.ledger import Ledger
from tests.builders.images import FakeImages
from tests.builders.measurable import Voxels, ct_series, keep

Json = dict[str, Any]

PATIENT = "OST-7K3M9-QPXRC"
OLD, NEW = "2.25.7001", "2.25.7002"
OLD_DAY, NEW_DAY, MEETING_DAY = date(2031, 1, 6), date(2031, 6, 20), date(2031, 6, 26)
SPACING = (3.0, 1.0, 1.0)
SLICES, ROWS = 24, 128
CENTRE = (64.0, 64.0, 36.0)
"""mm LPS: of the vertebra in both studies; its hole is around the point 12 mm to the left."""

VERTEBRA: Json = {"bone": "vertebra", "level": "L3"}
FEMUR: Json = {"bone": "femur", "region": "subtrochanteric", "side": "left"}
ILIUM: Json = {"bone": "pelvis", "region": "ilium", "side": "right"}
BEFORE: Json = {"lesion_type": "lytic", "vertebral_collapse": {"present": False}, "alignment": "normal"}
NOW: Json = {
    "lesion_type": "lytic",
    "vertebral_collapse": {"present": True, "height_loss_percent": 40.1},
    "posterolateral": [{"structure": "pedicle", "side": "left"}],
    "alignment": "normal",
    "retropulsion": True,
    "long_axis_mm": 24.5,
    "short_axis_mm": 18,
}
THIN: Json = {
    "lesion_type": "lytic",
    "cortical_involvement": {"category": "gt_2_3", "denominator": "cortical"},
    "pathological_fracture": False,
}
CLINICAL: Json = {
    "primary_tumour": "breast",
    "karnofsky": "70",
    "visceral": {"present": True, "resectable": False, "treatable": True},
    "vertebral_metastases": 1,
    "extraspinal_bone_metastases": 2,
    "frankel": "E",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What was recorded, as the API answered it."""

    vertebra: Json
    femur: Json
    ilium: Json
    unread: Json
    old_reading: Json
    reading: Json


def phantom() -> Voxels:
    """A vertebral body with a hole in its left half, in soft tissue, in air."""
    z, y, x = np.meshgrid(*(np.arange(count) for count in (SLICES, ROWS, ROWS)), indexing="ij")
    around = np.hypot((x - CENTRE[0]) / 24, (y - CENTRE[1]) / 17)
    hole = np.sqrt(((x - CENTRE[0] - 12) / 9) ** 2 + ((y - CENTRE[1]) / 8) ** 2 + ((z * 3 - CENTRE[2]) / 10) ** 2)
    values = np.where(np.hypot(x - 64, y - 64) < 62, 40, -1000)
    values = np.where(around < 1, 260, values)
    values = np.where((around < 1) & (around > 0.9), 900, values)
    return np.where((hole < 1) & (around < 0.9), 30, values).astype(np.int16)


def furnish(
    ledger: Ledger,
    images: FakeImages,
    client_of: Callable[[str], httpx.Client],
    voxels: Voxels | None = None,
) -> Meeting:
    """`client_of`: by user name; the reader's and the clinician's are used."""
    shown = phantom() if voxels is None else voxels
    for study, day in ((OLD, OLD_DAY), (NEW, NEW_DAY)):
        keep_study(ledger, images, ct_series(shown, spacing=SPACING, series=f"{study}.1", study=study), day)
    with client_of("reader") as reader, client_of("clinician") as clinician:
        return _record(reader, clinician)


def keep_study(ledger: Ledger, images: FakeImages, datasets: Sequence[Dataset], day: date) -> None:
    rows = keep(datasets, lambda content, orthanc_id: images.files.update({orthanc_id: content}))
    ledger.record([replace(row, study_date=day) for row in rows])


def drawn_on(study: str) -> Json:
    """The long axis of the hole, on the image through it."""
    number = round(CENTRE[2] / SPACING[0]) + 1
    points = [{"x": CENTRE[0] + 12, "y": CENTRE[1] + each, "z": CENTRE[2]} for each in (-8, 8)]
    return {"sop_instance_uid": f"{study}.1.{number}", "points": points}


def drawn_beside(frame: str = "2.25.903") -> Json:
    """An outline on a sagittal plane, which is no stored image."""
    x, y, z = CENTRE
    corners = ((-8, -9), (8, -9), (8, 9), (-8, 9))
    points = [{"x": x + 12, "y": y + across, "z": z + up} for across, up in corners]
    return {"frame_of_reference_uid": frame, "points": points}


def _record(reader: httpx.Client, clinician: httpx.Client) -> Meeting:
    vertebra, femur, ilium, unread = (
        post(reader, f"patients/{PATIENT}/lesions", {"site": site})
        for site in (VERTEBRA, FEMUR, ILIUM, {"bone": "sternum"})
    )
    old = read(reader, vertebra, OLD, BEFORE, drawn_on(OLD))
    new = read(reader, vertebra, NEW, NOW, drawn_on(NEW))
    read(reader, femur, NEW, THIN, drawn_beside())
    read(reader, ilium, NEW, {"lesion_type": "blastic"}, None)
    meeting = {"meeting_date": str(MEETING_DAY)}
    contexts = f"patients/{PATIENT}/clinical-contexts"
    post(clinician, contexts, meeting | {"clinical": CLINICAL})
    pain = {"mirels_pain": "functional", "pain_intensity": 7}
    post(clinician, contexts, meeting | {"clinical": pain, "lesion_id": femur["lesion_id"]})
    return Meeting(vertebra=vertebra, femur=femur, ilium=ilium, unread=unread, old_reading=old, reading=new)


def read(client: httpx.Client, lesion: Json, study: str, findings: Json, geometry: Json | None) -> Json:
    body = {"study_instance_uid": study, "findings": findings, "geometry": geometry}
    return post(client, f"lesions/{lesion['lesion_id']}/readings", body)


def post(client: httpx.Client, path: str, body: Json) -> Json:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.is_success, answer.text
    made: Json = answer.json()
    return made
