"""Objects made elsewhere become drafts: over HTTP, on images in a real Orthanc, whichever database keeps the registry.

Sizes are those that were drawn: pixels of 1 mm, slices 2 mm apart, counted by hand.
"""

import logging
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import pytest
import SimpleITK
from pydicom.dataset import Dataset
from pydicom.uid import UID
from sqlalchemy import Engine, func, select

from annotation.audit import Action, AuditFilter, Kind
from annotation.structured_report.identifiers import tracking_uid
from api.app import create_app
from api.limits import MAX_IMPORT_BYTES
from storage.audit_log import AuditLog
from storage.draft_tables import DraftRow
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.orthanc import Orthanc
from storage.reading_tables import LesionRow, ReadingRow
from storage.tokens import Tokens
from tests.builders import imported, measurable
from tests.builders.measurable import CT_SERIES, CT_STUDY
from tests.builders.programs import program
from tests.builders.real_files import GE_CT, SHARED_DATA, series_files
from tests.integration.api.blind import ANNE, BEN, JUDGE, make_protocol
from tests.integration.api.drafting import save, sign
from tests.integration.api.reading import Json
from tests.services.http import serving
from tests.services.orthanc import OrthancServer

sitk: Any = SimpleITK

PSEUDONYM, NAME = "OST-7K3M9-QPXRC", "DUPONT^JEANNE"
SHAPE = (20, 128, 128)
OTHER_STUDY, OTHER_SERIES, OTHER_FRAME = "2.25.911", "2.25.912", "2.25.913"
DICOM = {"Content-Type": "application/dicom"}


def phantom() -> Any:
    """Water with a cube of -100 HU on slice 5: rows and columns 10 to 19."""
    voxels = np.zeros(SHAPE, dtype=np.int16)
    voxels[5, 10:20, 10:20] = -100
    return voxels


def series() -> list[Any]:
    return measurable.ct_series(phantom())


def cube() -> Any:
    marked = np.zeros(SHAPE, dtype=np.bool_)
    marked[5, 10:20, 10:20] = True
    return marked


def elsewhere() -> Any:
    marked = np.zeros(SHAPE, dtype=np.bool_)
    marked[7, 30:34, 30:33] = True
    return marked


def seg() -> Dataset:
    made = imported.segments(
        [cube(), elsewhere()], series(), labels=["cube", "M. Dupont"], sites=[imported.L3_CODE, None]
    )
    made.PatientName = PSEUDONYM
    return made


def square(low: float, high: float, z: float = 10.0) -> list[tuple[float, float, float]]:
    return [(low, low, z), (high, low, z), (high, high, z), (low, high, z)]


def rtstruct() -> Dataset:
    return imported.structure_set([[square(9.5, 19.5), square(12.5, 14.5)]], ["cube with a hole"], series())


def bidirectional() -> Dataset:
    """30 mm and 20 mm; coordinates of a report are counted from the corner of the first pixel."""
    lines = [(10.5, 20.5, 40.5, 20.5), (25.5, 10.5, 25.5, 30.5)]
    return imported.viewer_report(series(), 5, lines)


def planar() -> Dataset:
    outline = np.array([(10, 10), (20, 10), (20, 20), (10, 20), (10, 10)], dtype=np.float64)
    made = imported.highdicom_report(series(), 5, outline)
    made.PatientName = PSEUDONYM
    return made


MADE: dict[str, Callable[[], Dataset]] = {
    "segmentation": seg,
    "contours": rtstruct,
    "report of a viewer": bidirectional,
    "report of highdicom": planar,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An image store, and the rows of what is in it."""

    store: Orthanc
    rows: list[StoredObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A client of the API, and what is kept behind it."""

    client: httpx.Client
    engine: Engine

    def post(self, dataset: Dataset | bytes, *lesions: str, client: httpx.Client | None = None) -> httpx.Response:
        file = dataset if isinstance(dataset, bytes) else measurable.stored_bytes(dataset)
        params = {"lesion": list(lesions)}
        return (client or self.client).post("/api/v1/imports", content=file, headers=DICOM, params=params)

    def imported(self, dataset: Dataset | bytes, *lesions: str) -> Json:
        answer = self.post(dataset, *lesions)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    def kept(self) -> tuple[int, ...]:
        with self.engine.connect() as connection:
            counts = [select(func.count()).select_from(table) for table in (LesionRow, DraftRow, ReadingRow)]
            return tuple(connection.scalar(each) or 0 for each in counts)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    orthanc = OrthancServer(tmp_path_factory.mktemp("imports"))
    orthanc.start()
    try:
        store = orthanc.client()
        other = measurable.ct_series(phantom(), series=OTHER_SERIES, study=OTHER_STUDY, frame=OTHER_FRAME)
        stored = seg()
        stored.SOPInstanceUID = stored.file_meta.MediaStorageSOPInstanceUID = UID("2.25.799")
        rows = [row for each in (series(), other, [stored]) for row in measurable.keep(each, store.store)]
        yield Archive(store=store, rows=rows)
        store.close()
    finally:
        orthanc.stop()


@pytest.fixture
def node(engine: Engine, archive: Archive) -> Iterator[Node]:
    Ledger(engine).record(objects=archive.rows)
    token = {"Authorization": f"Bearer {Tokens(engine).create('reader one')}"}
    with (
        serving(create_app(engine=engine, images=archive.store)) as url,
        httpx.Client(base_url=url, headers=token, timeout=60) as client,
    ):
        yield Node(client=client, engine=engine)


sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_a_segment_becomes_a_draft_measured_on_the_image_in_the_lesion_of_its_site(node: Node) -> None:
    answer = node.imported(seg())

    (made,) = answer["drafts"]
    findings = made["draft"]["findings"]
    assert (answer["form"], answer["pseudonym"], answer["study_instance_uid"]) == ("segmentation", PSEUDONYM, CT_STUDY)
    assert (made["part"], made["match"], made["draft"]["lesion_label"]) == (1, "new", "L1")
    assert (made["draft"]["site"]["bone"], made["draft"]["site"]["level"]) == ("vertebra", "L3")
    # 100 pixels of 1 mm² on a slice of 2 mm; from corner to corner of the square 10 * sqrt(2) mm
    assert (findings["volume_cm3"], findings["hounsfield"]["mean_hu"], findings["long_axis_mm"]) == (0.2, -100, 14.1)
    assert made["draft"]["geometry"]["sop_instance_uid"] == f"{CT_SERIES}.6"
    assert made["draft"]["note"] == "cube"
    assert set(made["draft"]["carried"]) == {"volume_cm3", "hounsfield", "long_axis_mm"}
    assert made["draft"]["imported_from"] == answer["imported_from"] != "2.25.782"
    assert [(each["part"], each["reason"]) for each in answer["left_out"]] == [(2, "no_site")]
    assert node.kept() == (1, 1, 0)


@sqlite_only
def test_what_an_import_makes_is_noted_and_so_is_one_that_makes_nothing(node: Node) -> None:
    node.imported(seg())
    entries = AuditLog(node.engine).newest(AuditFilter(), limit=10)
    assert [(each.note.action, each.note.kind) for each in entries[:2]] == [
        (Action.CREATED, Kind.DRAFT),
        (Action.CREATED, Kind.LESION),
    ]
    assert {each.source.via for each in entries[:2]} == {"POST /api/v1/imports"}

    node.post(rtstruct())
    (entry,) = AuditLog(node.engine).newest(AuditFilter(), limit=1)
    assert (entry.note.action, entry.note.kind, entry.note.object_id) == (Action.VIEWED, Kind.STUDY, CT_STUDY)


def test_a_name_that_looks_like_a_persons_is_not_kept(node: Node) -> None:
    lesion = node.imported(seg())["drafts"][0]["draft"]["lesion_id"]
    other = node.client.post(f"/api/v1/patients/{PSEUDONYM}/lesions", json={"site": {"bone": "sternum"}}).json()[
        "lesion_id"
    ]

    (made,) = node.imported(seg(), f"2:{other}", f"1:{lesion}")["drafts"]

    assert (made["part"], made["match"], made["draft"]["note"]) == (2, "chosen", None)
    assert made["draft"]["findings"]["volume_cm3"] == 0.024


def test_an_imported_draft_is_signed_only_when_each_value_is_confirmed(node: Node) -> None:
    draft = node.imported(seg())["drafts"][0]["draft"]

    refused = sign(node.client, draft)
    assert (refused.status_code, set(refused.json()["carried"])) == (409, set(draft["carried"]))
    confirmed = save(node.client, draft, confirm=draft["carried"]).json()
    assert (confirmed["carried"], confirmed["imported_from"]) == ([], draft["imported_from"])
    assert sign(node.client, confirmed).status_code == 201


def test_contours_are_counted_without_their_holes(node: Node) -> None:
    answer = node.post(rtstruct())
    assert (answer.status_code, answer.json()["left_out"][0]["reason"]) == (200, "no_site")
    lesion = node.client.post(
        f"/api/v1/patients/{PSEUDONYM}/lesions", json={"site": {"bone": "vertebra", "level": "L3"}}
    ).json()["lesion_id"]

    (made,) = node.imported(rtstruct(), f"1:{lesion}")["drafts"]

    # 100 voxels without the 4 of the hole, of 2 mm³
    assert made["draft"]["findings"]["volume_cm3"] == 0.192
    assert made["draft"]["findings"]["hounsfield"]["mean_hu"] == -100
    assert made["draft"]["findings"]["long_axis_mm"] == 14.1


def test_the_two_lines_of_a_viewers_report_are_measured_anew(node: Node) -> None:
    (made,) = node.imported(bidirectional())["drafts"]

    findings = made["draft"]["findings"]
    assert (findings["long_axis_mm"], findings["short_axis_mm"]) == (30, 20)  # and not 1 mm, as the report says
    assert made["draft"]["site"]["level"] == "L3"
    first = made["draft"]["geometry"]["points"][0]
    assert (first["x"], first["y"], first["z"]) == pytest.approx((10, 20, 10), abs=1e-4)
    assert made["draft"]["geometry"]["shape"] is None


def test_a_contour_of_highdicom_is_measured_anew_and_what_is_not_understood_is_named_by_its_code(node: Node) -> None:
    (made,) = node.imported(planar())["drafts"]

    # the square of 10 mm around the cube: its diagonal, and not the 99 mm of the report
    assert made["draft"]["findings"]["long_axis_mm"] == 14.1
    assert made["draft"]["findings"]["hounsfield"]["mean_hu"] == -100
    assert {"scheme": "SCT", "code": "129304002"} in made["not_understood"]
    assert "Excision" not in str(made)
    assert made["draft"]["geometry"]["shape"] == "contour"


def test_a_lesion_is_found_by_the_identifier_that_our_own_reports_give_it(node: Node) -> None:
    answers = [
        node.client.post(f"/api/v1/patients/{PSEUDONYM}/lesions", json={"site": {"bone": "vertebra", "level": level}})
        for level in ("L3", "L4")
    ]
    lesion = answers[1].json()
    report = bidirectional()
    group = report.ContentSequence[0].ContentSequence[0]
    group.ContentSequence[1].UID = tracking_uid(UUID(lesion["lesion_id"]))

    (made,) = node.imported(report)["drafts"]

    assert (made["match"], made["draft"]["lesion_id"]) == ("tracking", lesion["lesion_id"])


def test_two_lesions_at_one_place_are_for_the_reader_to_choose_from(node: Node) -> None:
    for _ in range(2):
        node.client.post(f"/api/v1/patients/{PSEUDONYM}/lesions", json={"site": {"bone": "vertebra", "level": "L3"}})

    (left,) = node.post(bidirectional()).json()["left_out"]

    assert (left["reason"], "L1, L2" in left["detail"]) == ("several_lesions", True)
    assert node.kept() == (2, 0, 0)


def test_importing_again_overwrites_no_draft(node: Node) -> None:
    first = node.imported(bidirectional())["drafts"][0]["draft"]
    changed = save(node.client, first, findings={"long_axis_mm": 25}).json()

    again = node.post(bidirectional())

    assert (again.status_code, again.json()["left_out"][0]["reason"]) == (200, "draft_exists")
    assert node.client.get(f"/api/v1/drafts/{first['draft_id']}").json() == changed


def test_an_object_that_came_through_the_door_is_imported_by_its_uid(node: Node) -> None:
    answer = node.client.post("/api/v1/imports/2.25.799")

    assert answer.status_code == 201, answer.text
    assert answer.json()["imported_from"] == "2.25.799"
    assert answer.json()["drafts"][0]["draft"]["findings"]["volume_cm3"] == 0.2
    assert node.client.post("/api/v1/imports/2.25.1").status_code == 404
    assert node.client.post(f"/api/v1/imports/{CT_SERIES}.1").status_code == 422


@sqlite_only
@pytest.mark.parametrize("modality", ["CT", "PET", "MR_T1"])
def test_the_contours_of_real_structure_sets_enclose_what_their_polygons_do(
    engine: Engine, archive: Archive, modality: str
) -> None:
    folder = SHARED_DATA / "petctmr_crop_STS_001" / modality / "dicom"
    series_files(f"petctmr_crop_STS_001/{modality}/dicom/image")  # skips where they are absent
    images = measurable.read(sorted((folder / "image").glob("*.dcm")))
    (struct,) = measurable.read(sorted((folder / "mask").glob("*.dcm")))
    for each in (*images, struct):
        each.PatientID = each.PatientName = PSEUDONYM
    for contour in struct.ROIContourSequence[0].ContourSequence:  # the images were cropped, and have new UIDs
        near = min(images, key=lambda each: abs(float(each.ImagePositionPatient[2]) - float(contour.ContourData[2])))
        contour.ContourImageSequence[0].ReferencedSOPInstanceUID = near.SOPInstanceUID
    Ledger(engine).record(objects=measurable.keep(images, archive.store.store))
    token = {"Authorization": f"Bearer {Tokens(engine).create('reader one')}"}
    with (
        serving(create_app(engine=engine, images=archive.store)) as url,
        httpx.Client(base_url=url, headers=token, timeout=60) as client,
    ):
        lesions = f"/api/v1/patients/{struct.PatientID}/lesions"
        lesion = client.post(lesions, json={"site": {"bone": "sternum"}}).json()["lesion_id"]
        answer = Node(client=client, engine=engine).imported(struct, f"1:{lesion}")

    (made,) = answer["drafts"]
    contours = [each.ContourData for each in struct.ROIContourSequence[0].ContourSequence]
    places = sorted({float(each.ImagePositionPatient[2]) for each in images})
    cm3 = sum(area_of(each) for each in contours) * (places[1] - places[0]) / 1000
    assert made["draft"]["findings"]["volume_cm3"] == pytest.approx(cm3, rel=0.01)
    assert ("hounsfield" in made["draft"]["carried"]) == (modality == "CT")


def area_of(contour: Any) -> float:
    """mm², by Gauss's formula."""
    x, y = np.array([float(each) for each in contour]).reshape(-1, 3)[:, :2].T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


@sqlite_only
def test_a_segment_of_a_real_ct_is_measured_as_simpleitk_measures_it(engine: Engine, archive: Archive) -> None:
    images = measurable.read(series_files(GE_CT))
    images.sort(key=lambda each: float(each.ImagePositionPatient[2]))
    Ledger(engine).record(objects=measurable.keep(images, archive.store.store))
    marked = np.zeros((len(images), 512, 512), dtype=np.bool_)
    marked[15:20, 300:330, 240:260] = True
    for each in images:  # a writer of one component is warned of by highdicom
        each.PatientName = ""
    made = imported.segments([marked], images, labels=["box"], sites=[imported.L3_CODE])
    token = {"Authorization": f"Bearer {Tokens(engine).create('reader one')}"}
    with (
        serving(create_app(engine=engine, images=archive.store)) as url,
        httpx.Client(base_url=url, headers=token, timeout=60) as client,
    ):
        (draft,) = Node(client=client, engine=engine).imported(made)["drafts"]

    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(series_files(GE_CT)[0].parent))
    image = sitk.ReadImage(names)
    label = sitk.GetImageFromArray(marked.astype(np.uint8))
    label.CopyInformation(image)
    shape, values = sitk.LabelShapeStatisticsImageFilter(), sitk.LabelStatisticsImageFilter()
    shape.Execute(label)
    values.Execute(sitk.Cast(image, sitk.sitkFloat64), label)
    findings = draft["draft"]["findings"]
    assert findings["volume_cm3"] == pytest.approx(shape.GetPhysicalSize(1) / 1000, abs=0.001)
    assert findings["hounsfield"]["mean_hu"] == pytest.approx(values.GetMean(1), abs=0.05)
    spacing = images[0].PixelSpacing
    assert findings["long_axis_mm"] == pytest.approx(np.hypot(30 * spacing[0], 20 * spacing[1]), abs=0.05)


def renamed(dataset: Dataset) -> None:
    dataset.PatientName = NAME


def other_patient(dataset: Dataset) -> None:
    dataset.PatientID = "1234567"


def born(dataset: Dataset) -> None:
    dataset.PatientBirthDate = "19570312"


def also_known_as(dataset: Dataset) -> None:
    dataset.OtherPatientIDs = "1234567"


def told_of(dataset: Dataset) -> None:
    dataset.AdditionalPatientHistory = "seen by Dr Martin on 12/03/1957"


def unknown_study(dataset: Dataset) -> None:
    dataset.StudyInstanceUID = "2.25.666"


def other_study(dataset: Dataset) -> None:
    dataset.StudyInstanceUID = OTHER_STUDY


def other_class(dataset: Dataset) -> None:
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7")


def no_uid(dataset: Dataset) -> None:
    dataset.SOPInstanceUID = "../../etc/x"


def unknown_image(dataset: Dataset) -> None:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                if "ReferencedSOPInstanceUID" in item and element.keyword != "RTReferencedStudySequence":
                    item.ReferencedSOPInstanceUID = "2.25.667"
                unknown_image(item)


EVERY = list(MADE)
Spoilt = tuple[Callable[[Dataset], None], int, str | None]


@sqlite_only
@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    "spoilt",
    [
        (renamed, 422, "#/PatientName"),
        (other_patient, 422, "#/PatientID"),
        (born, 422, "#/PatientBirthDate"),
        (also_known_as, 422, "#/OtherPatientIDs"),
        (told_of, 422, "#/AdditionalPatientHistory"),
        (unknown_study, 404, None),
        (other_class, 422, "#/SOPClassUID"),
        (no_uid, 422, "#/SOPInstanceUID"),
        (unknown_image, 422, "#/ReferencedSOPInstanceUID"),
    ],
)
def test_what_is_not_of_a_patient_of_this_node_by_pseudonym_is_refused_and_not_repeated(
    node: Node, kind: str, spoilt: Spoilt, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.CRITICAL + 1, logger="pydicom")  # as `osteon.logs` has it
    spoil, status, pointer = spoilt
    dataset = MADE[kind]()
    spoil(dataset)

    answer = node.post(dataset)

    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    if pointer is not None:
        assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    for secret in (NAME, "DUPONT", "1234567", "19570312", "Martin", "etc/x"):
        assert secret not in answer.text + caplog.text
    assert node.kept() == (0, 0, 0)


@sqlite_only
def test_what_is_drawn_in_another_frame_or_study_is_refused(node: Node) -> None:
    elsewhere_seg, struct, report = seg(), rtstruct(), bidirectional()
    elsewhere_seg.FrameOfReferenceUID = OTHER_FRAME
    struct.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = OTHER_FRAME
    other_study(report)

    answers = [node.post(each) for each in (elsewhere_seg, struct, report)]

    assert [each.status_code for each in answers] == [422, 422, 422]
    assert [each.json()["errors"][0]["pointer"] for each in answers] == [
        "#/FrameOfReferenceUID",
        "#/FrameOfReferenceUID",
        "#/ReferencedSOPInstanceUID",
    ]
    assert node.kept() == (0, 0, 0)


@sqlite_only
def test_a_subject_inside_a_report_must_be_the_pseudonym_too(node: Node) -> None:
    report = bidirectional()
    subject = Dataset()
    subject.RelationshipType, subject.ValueType, subject.PersonName = "HAS OBS CONTEXT", "PNAME", NAME
    subject.ConceptNameCodeSequence = [imported.code("DCM", "121029", "Subject Name")]
    report.ContentSequence.append(subject)
    assert node.post(report).status_code == 422
    subject.PersonName = PSEUDONYM
    assert node.post(report).status_code == 201


@sqlite_only
@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (lambda report: report.ContentSequence.clear(), "#/ContentSequence"),
        (
            lambda report: setattr(report, "ConceptNameCodeSequence", [imported.code("DCM", "18748-4", "Other")]),
            "#/ContentSequence",
        ),
    ],
)
def test_a_report_that_is_none_of_measurements_is_refused(
    node: Node, spoil: Callable[[Dataset], None], pointer: str
) -> None:
    report = bidirectional()
    spoil(report)

    answer = node.post(report)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert node.kept() == (0, 0, 0)


@sqlite_only
def test_contours_off_the_images_or_between_them_are_left_out_and_said(node: Node) -> None:
    struct = imported.structure_set(
        [[square(200, 210)], [square(9.5, 19.5, z=11.0)], [square(9.6, 9.8)], [[(0.0, 0.0, 10.0)] * 2]],
        ["off", "between", "small", "two points"],
        series(),
    )

    answer = node.post(struct)

    assert answer.status_code == 200, answer.text
    assert [each["reason"] for each in answer.json()["left_out"]] == ["not_measurable"] * 4
    assert node.kept() == (0, 0, 0)


@sqlite_only
def test_frames_at_made_up_places_are_refused_before_they_are_stacked(node: Node) -> None:
    dataset = seg()
    frame = dataset.PerFrameFunctionalGroupsSequence[0]
    frame.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 10.000001 + 1e9]
    assert node.post(dataset).status_code == 422
    frame.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 10.9]
    assert node.post(dataset).status_code == 422


@sqlite_only
def test_what_is_no_dicom_or_too_large_or_of_another_type_has_its_status(node: Node) -> None:
    compressed = seg()
    compressed.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1.99")
    deflated = bytes(128) + b"DICM" + measurable.stored_bytes(seg())[132:200]
    types = {"json": "application/json", "none": "text/plain"}

    assert node.post(b"").status_code == 400
    assert node.post(b"x" * 5000).status_code == 400
    assert node.post(deflated).status_code in (400, 422)
    for each in types.values():
        answer = node.client.post("/api/v1/imports", content=b"{}", headers={"Content-Type": each})
        assert answer.status_code == 415
    answer = node.client.post("/api/v1/imports", content=pieces(MAX_IMPORT_BYTES + 1), headers=DICOM)
    assert answer.status_code == 413
    assert node.kept() == (0, 0, 0)


def pieces(size: int) -> Iterator[bytes]:
    """Without a length beforehand."""
    yield bytes(128) + b"DICM"
    for _ in range(0, size, 1 << 20):
        yield bytes(1 << 20)


@sqlite_only
def test_the_beginning_is_looked_at_before_the_rest_has_come(node: Node) -> None:
    def body() -> Iterator[bytes]:
        yield b"PK" * 200
        for _ in range(60):
            yield bytes(1 << 20)

    with suppress(httpx.WriteError):  # the connection was closed on what was still to come
        assert node.client.post("/api/v1/imports", content=body(), headers=DICOM).status_code == 400


@sqlite_only
@pytest.mark.parametrize("lesion", ["1", "1:x", "x:" + "0" * 36, "0:00000000-0000-0000-0000-000000000000"])
def test_a_choice_that_is_none_is_refused(node: Node, lesion: str) -> None:
    assert node.post(bidirectional(), lesion).status_code == 422


@sqlite_only
def test_a_lesion_must_be_there_and_of_this_patient_and_the_part_too(node: Node) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    assert node.post(bidirectional(), f"1:{nobody}").status_code == 404
    assert node.post(bidirectional(), f"7:{nobody}").status_code == 422
    assert node.kept() == (0, 0, 0)


def test_a_blind_reader_imports_for_themselves_and_whoever_has_signed_adds_nothing(node: Node) -> None:
    def client(name: str) -> httpx.Client:
        token = Tokens(node.engine).create(name)
        return httpx.Client(base_url=node.client.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    with client(ANNE) as anne, client(BEN) as ben, client(JUDGE) as judge:
        protocol = make_protocol(node.client)
        body = {"readers": [ANNE, BEN], "adjudicator": JUDGE, "study_instance_uids": [CT_STUDY]}
        answer = node.client.post(f"/api/v1/protocols/{protocol['protocol_id']}/assignments", json=body)
        (assignment,) = answer.json()["items"]

        mine = node.post(bidirectional(), client=anne)
        theirs = node.post(bidirectional(), client=ben)
        assert [each.status_code for each in (mine, theirs)] == [201, 201]
        assert [each.json()["drafts"][0]["match"] for each in (mine, theirs)] == ["new", "new"]
        assert node.post(bidirectional(), client=judge).status_code == 409

        draft = mine.json()["drafts"][0]["draft"]
        confirmed = save(anne, draft, confirm=draft["carried"]).json()
        signed = sign(anne, confirmed)
        assert signed.json()["assignment_id"] == assignment["assignment_id"]
        assert anne.post(f"/api/v1/assignments/{assignment['assignment_id']}/complete").status_code == 200
        before = node.kept()
        assert node.post(rtstruct(), client=anne).status_code == 409
        assert node.kept() == before


@sqlite_only
@pytest.mark.parametrize("kind", EVERY)
def test_damaged_files_are_refused_or_understood_and_never_an_error_of_ours(
    node: Node, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = measurable.stored_bytes(MADE[kind]())
    dice = random.Random(f"damaged {kind}")  # noqa: S311 - no secret
    statuses = []
    for _ in range(60):
        damaged = bytearray(file)
        for _ in range(dice.choice((1, 3, 20))):
            damaged[dice.randrange(132, len(damaged))] = dice.choice((0, 255, dice.randrange(256)))
        if dice.random() < 0.3:
            del damaged[dice.randrange(140, len(damaged)) :]
        before = node.kept()
        answer = node.post(bytes(damaged))
        statuses.append(answer.status_code)
        if answer.status_code != 201:
            assert node.kept() == before
    assert set(statuses) <= {200, 201, 400, 404, 422}, statuses
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("kind", EVERY)
def test_what_these_tests_import_is_valid_dicom(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "object.dcm"
    file.write_bytes(measurable.stored_bytes(MADE[kind]()))

    found = subprocess.run([program("dciodvfy"), file], capture_output=True, text=True, check=False).stderr

    assert [line for line in found.splitlines() if line.startswith("Error")] == []


@sqlite_only
@pytest.mark.parametrize("kind", EVERY)
def test_an_image_store_that_does_not_answer_is_not_taken_for_a_damaged_object(engine: Engine, kind: str) -> None:
    rows = [measurable.known(each, measurable.stored_bytes(each)) for each in series()]
    Ledger(engine).record(objects=rows)
    token = {"Authorization": f"Bearer {Tokens(engine).create('reader one')}"}
    gone = Orthanc("http://127.0.0.1:9/", "nobody", "nothing")
    with (
        serving(create_app(engine=engine, images=gone)) as url,
        httpx.Client(base_url=url, headers=token, timeout=60) as client,
    ):
        answer = Node(client=client, engine=engine).post(MADE[kind]())

    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
