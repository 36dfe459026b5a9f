"""Measurements over HTTP, on images in a real Orthanc, against SimpleITK and numpy used in another way."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK

from annotation.audit import Action, AuditFilter, Kind
from api.app import create_app
from storage.audit_log import AuditLog
from storage.database import open_database
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders import measurable
from tests.builders.measurable import CT_FRAME, CT_SERIES, CT_STUDY
from tests.builders.real_files import GE_CT, GE_PET, SHARED_DATA, TOSHIBA_MR, series_files
from tests.builders.segmentations import segmentation
from tests.services.http import serving
from tests.services.orthanc import OrthancServer

sitk: Any = SimpleITK
Array = npt.NDArray[np.float64]

OTHER_SERIES, GAP_SERIES, STRANGE_SERIES, STRANGE_FRAME = "2.25.912", "2.25.922", "2.25.932", "2.25.933"
SEGMENTATION = "2.25.942"
# A cylinder of 300 HU, radius 20 mm, along z through (64, 64), in water; on slice 5 a cube of -100 HU.
SHAPE = (20, 128, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A client of the API."""

    client: httpx.Client
    log: AuditLog

    def ask(self, kind: str, geometry: dict[str, Any], status: int = 200, **more: Any) -> dict[str, Any]:
        body = {"study_instance_uid": CT_STUDY, "kind": kind, "geometry": geometry} | more
        answer = self.client.post("/api/v1/measurements", json=body)
        assert answer.status_code == status, answer.text
        if status != 200:
            assert answer.headers["Content-Type"] == "application/problem+json"
        found: dict[str, Any] = answer.json()
        return found


def phantom() -> npt.NDArray[np.int16]:
    _, rows, columns = np.meshgrid(*[np.arange(count) for count in SHAPE], indexing="ij")
    voxels = np.where((rows - 64) ** 2 + (columns - 64) ** 2 <= 400, 300, 0).astype(np.int16)
    voxels[5, 10:20, 10:20] = -100
    return voxels


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("measurements")
    shutil.copyfile(migrated_sqlite, folder / "registry.sqlite")
    engine = open_database(f"sqlite:///{folder / 'registry.sqlite'}")
    orthanc = OrthancServer(folder)
    orthanc.start()
    try:
        store = orthanc.client()
        Ledger(engine).record(objects=[row for each in every_series() for row in measurable.keep(each, store.store)])
        app = create_app(engine=engine, images=store)
        token = {"Authorization": f"Bearer {Tokens(engine).create('tests')}"}
        with serving(app) as url, httpx.Client(base_url=url, headers=token, timeout=60) as client:
            yield Node(client=client, log=AuditLog(engine))
        store.close()
    finally:
        orthanc.stop()
        engine.dispose()


def every_series() -> Iterator[list[Any]]:
    """Phantoms, a series with a gap, one of another modality, and the real ones where they are present."""
    yield measurable.ct_series(phantom())
    yield measurable.ct_series(phantom(), series=OTHER_SERIES, study="2.25.911", frame="2.25.913")
    gap = measurable.ct_series(phantom(), series=GAP_SERIES)
    yield gap[:7] + gap[8:]
    marked = np.zeros(SHAPE, dtype=np.bool_)
    marked[5, 10:20, 10:20] = True
    yield [segmentation(marked, list(measurable.ct_series(phantom())), SEGMENTATION)]
    yield measurable.ct_series(phantom()[:2], series=STRANGE_SERIES, frame=STRANGE_FRAME, Modality="DX")
    for name in (GE_CT, GE_PET, TOSHIBA_MR):
        yield measurable.read(sorted((SHARED_DATA / name).glob("*.dcm")))


def points(*places: tuple[float, float, float]) -> list[dict[str, float]]:
    return [{"x": float(x), "y": float(y), "z": float(z)} for x, y, z in places]


def on_slice(number: int) -> str:
    return f"{CT_SERIES}.{number + 1}"


def by_key(answer: dict[str, Any], field: str = "unrounded") -> dict[str, Any]:
    return {each["key"]: each[field] for each in answer["values"]}


LINE = points((10, 10, 10), (40, 50, 10))  # 30 and 40 mm: 50 mm
CROSS = points((34, 64, 10), (94, 64, 10), (64, 44, 10), (64, 84, 10))


def test_who_measures_is_noted_to_have_looked_at_the_study(node: Node) -> None:
    node.ask("length", {"sop_instance_uid": on_slice(5), "points": LINE})

    (entry,) = node.log.newest(AuditFilter(), limit=1)
    assert (entry.note.action, entry.note.kind, entry.note.object_id) == (Action.VIEWED, Kind.STUDY, CT_STUDY)


def test_a_length_is_that_of_its_points(node: Node) -> None:
    answer = node.ask("length", {"sop_instance_uid": on_slice(5), "points": LINE})

    (value,) = answer["values"]
    assert (value["name"], value["value"], value["step"], value["unit"]) == ("length_mm", 50.0, 0.1, "mm")
    assert value["method"] == "between_points"
    assert value["code"] == {"scheme": "SCT", "value": "410668003", "meaning": "Length"}
    assert (answer["series_instance_uid"], answer["modality"]) == (CT_SERIES, "CT")
    assert answer["mismatches"] == []


@pytest.mark.parametrize(("shown", "differs"), [(50.49, False), (49.51, False), (50.6, True), (49.4, True), (0, True)])
def test_a_viewers_number_is_a_mismatch_above_one_percent(node: Node, shown: float, differs: bool) -> None:
    answer = node.ask("length", {"sop_instance_uid": on_slice(5), "points": LINE}, client_values={"length_mm": shown})

    (value,) = answer["values"]
    assert value["mismatch"] is differs
    assert answer["mismatches"] == (["length_mm"] if differs else [])
    assert value["difference_percent"] == pytest.approx(100 * (shown - 50) / 50)


def test_a_bidirectional_becomes_the_two_axes_of_a_draft(node: Node) -> None:
    swapped = CROSS[2:] + CROSS[:2]
    answer = node.ask("bidirectional", {"sop_instance_uid": on_slice(5), "points": swapped})

    assert by_key(answer) == {"long_axis_mm": 60.0, "short_axis_mm": 40.0}
    assert answer["findings"]["long_axis_mm"] == 60.0
    assert answer["findings"]["short_axis_mm"] == 40.0
    assert {"finding": "long_axis_mm", "how": "measured"} in answer["findings"]["sources"]


def test_density_beside_sound_bone_suggests_a_type_and_finds_none(node: Node) -> None:
    small = [{"x": x, "y": y, "z": 8.0} for x, y in ((60, 64), (68, 64), (64, 60), (64, 68))]
    drawing = {"sop_instance_uid": on_slice(4), "points": small}
    sound = {"mean_hu": 900, "sd_hu": 40, "minimum_hu": 700, "maximum_hu": 1100}
    answer = node.ask("ellipse", drawing, normal_bone=sound)
    assert answer["suggestion"]["lesion_type"] == "lytic"
    assert all(answer["suggestion"][words]["fr"] for words in ("notice", "reason"))
    assert "lesion_type" not in answer["findings"]
    assert node.ask("ellipse", drawing)["suggestion"] is None
    impossible = node.ask("ellipse", drawing, 422, normal_bone=sound | {"mean_hu": -900, "minimum_hu": -1000})
    assert impossible["errors"][0]["pointer"].startswith("#/normal_bone")


def test_an_ellipse_has_its_closed_formula_and_the_density_of_its_voxels(node: Node) -> None:
    answer = node.ask("ellipse", {"sop_instance_uid": on_slice(5), "points": CROSS})

    found = by_key(answer)
    assert found["area_mm2"] == pytest.approx(np.pi * 30 * 20)
    # The circumference by its integral, by Simpson's rule.
    angles = np.linspace(0, np.pi / 2, 2001)
    speed = np.hypot(30 * np.sin(angles), 20 * np.cos(angles))
    weights = np.ones(2001)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    assert found["perimeter_mm"] == pytest.approx(4 * float(speed @ weights) * (np.pi / 4000) / 3, rel=1e-5)
    rows, columns = np.mgrid[0:128, 0:128]
    inside = ((columns - 64) / 30) ** 2 + ((rows - 64) / 20) ** 2 < 1 - 1e-4
    values = phantom()[5][inside]
    assert found["voxels"] == pytest.approx(inside.sum(), abs=4)  # the ends of the axes lie on voxels' centres
    assert found["mean_hu"] == pytest.approx(values.mean(), abs=0.3)
    assert (found["minimum_hu"], found["maximum_hu"]) == (0, 300)
    assert answer["findings"]["hounsfield"]["modality"] == "CT"


def test_a_square_contour_counts_the_voxels_that_it_holds(node: Node) -> None:
    square = points((9.5, 9.5, 10), (19.5, 9.5, 10), (19.5, 19.5, 10), (9.5, 19.5, 10))
    answer = node.ask("freehand", {"sop_instance_uid": on_slice(5), "points": square})

    found = by_key(answer)
    assert found["area_mm2"] == pytest.approx(100)
    assert found["perimeter_mm"] == pytest.approx(40)
    assert found["long_axis_mm"] == pytest.approx(10 * np.sqrt(2))
    assert found["voxels"] == 100
    assert {found[f"{name}_hu"] for name in ("mean", "minimum", "maximum", "median", "p5", "p95")} == {-100}
    assert found["sd_hu"] == 0


def test_points_give_the_voxels_that_they_lie_in(node: Node) -> None:
    answer = node.ask("points", {"sop_instance_uid": on_slice(5), "points": points((64, 64, 10), (15, 15, 10.4))})

    found = by_key(answer)
    assert (found["hu.0"], found["hu.1"]) == (300, -100)
    assert found["length_mm"] == pytest.approx(np.sqrt(49**2 + 49**2 + 0.16))


def test_points_on_several_slices_have_an_extent_along_the_bone(node: Node) -> None:
    answer = node.ask(
        "points",
        {
            "frame_of_reference_uid": CT_FRAME,
            "points": points((60, 60, 4), (70, 62, 30)),
            "axis": points((64, 64, 0), (64, 64, 38)),
        },
        series_instance_uid=CT_SERIES,
    )

    assert by_key(answer)["axial_cortical_mm"] == pytest.approx(26)
    assert answer["findings"]["axial_cortical_mm"] == 26


def body(top: float, *, front: float, back: float) -> dict[str, dict[str, float]]:
    """A vertebral body in the plane x = 64, from y = 40 to y = 70; heights at the two walls, the middle between."""
    middle = (front + back) / 2
    return {
        "upper_anterior": points((64, 40, top))[0],
        "upper_middle": points((64, 55, top))[0],
        "upper_posterior": points((64, 70, top))[0],
        "lower_anterior": points((64, 40, top - front))[0],
        "lower_middle": points((64, 55, top - middle))[0],
        "lower_posterior": points((64, 70, top - back))[0],
    }


def test_a_wedged_vertebra_has_its_heights_loss_and_angle(node: Node) -> None:
    answer = node.ask(
        "vertebra",
        {
            "frame_of_reference_uid": CT_FRAME,
            "plane_normal": {"x": 1, "y": 0, "z": 0},
            "level": "L1",
            "landmarks": body(24, front=6, back=10),
            "neighbours": [
                {"level": "T12", "landmarks": body(36, front=10, back=10)},
                {"level": "L2", "landmarks": body(12, front=10, back=10)},
            ],
        },
        series_instance_uid=CT_SERIES,
    )

    found = by_key(answer)
    assert (found["anterior_mm"], found["middle_mm"], found["posterior_mm"]) == pytest.approx((6, 8, 10))
    assert found["height_loss_percent.anterior"] == pytest.approx(40)
    assert found["height_loss_percent.posterior"] == pytest.approx(0)
    assert found["kyphosis_degrees.local"] == pytest.approx(np.degrees(np.arctan2(4, 30)))
    assert answer["findings"]["vertebral_heights"] == {"anterior_mm": 6, "middle_mm": 8, "posterior_mm": 10}
    assert answer["findings"]["vertebral_collapse"]["height_loss_percent"] == 40


@pytest.mark.parametrize(
    "neighbours",
    [
        pytest.param([("L3", 36)], id="not adjacent"),
        pytest.param([("T12", 12)], id="above, but lower"),
        pytest.param([("T12", 36), ("T12", 36)], id="twice the same"),
    ],
)
def test_neighbours_that_are_none_are_refused(node: Node, neighbours: list[tuple[str, float]]) -> None:
    answer = node.ask(
        "vertebra",
        {
            "frame_of_reference_uid": CT_FRAME,
            "level": "L1",
            "landmarks": body(24, front=6, back=10),
            "neighbours": [{"level": level, "landmarks": body(top, front=10, back=10)} for level, top in neighbours],
        },
        422,
        series_instance_uid=CT_SERIES,
    )

    assert answer["errors"][0]["pointer"].startswith("#/geometry/neighbours")


def square(half: float) -> list[dict[str, float]]:
    return points(*[(64 + x * half, 64 + y * half, 10) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))])


def test_a_cortex_that_is_half_destroyed_has_its_shares(node: Node) -> None:
    # A tube of 30 mm with walls of 6 mm; the lesion takes the inner 3 mm of one wall, over 10 mm.
    lesion = points((59, 49 + 3, 10), (69, 49 + 3, 10), (69, 60, 10), (59, 60, 10))
    answer = node.ask(
        "cortex", {"sop_instance_uid": on_slice(5), "outer": square(15), "inner": square(9), "lesions": [lesion]}
    )

    found = by_key(answer)
    assert found["cortical_share_percent.cortical"] == pytest.approx(50)
    assert found["circumferential_cortical_percent"] == pytest.approx(100 * 10 / 120, abs=0.2)
    assert found["cortical_area_percent"] == pytest.approx(100 * 30 / (900 - 324))
    first = answer["findings"]["cortical_involvement"]["measured"][0]
    assert first == {"of": "cortical", "destroyed_mm": 3, "total_mm": 6}


def real(name: str) -> tuple[Any, Any]:
    """The series as SimpleITK reads it, and the header of its first image."""
    files = series_files(name)
    return sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(files[0].parent))), measurable.read(
        files[:1]
    )[0]


def ellipse_on(image: Any, index: tuple[int, int, int], half: tuple[float, float]) -> tuple[list[Any], Array]:
    """An axial ellipse around a voxel as viewers send it, and its voxels by their distance, (slice, row, column)."""
    x, y, z = image.TransformIndexToPhysicalPoint(index)
    drawn = points((x - half[0], y, z), (x + half[0], y, z), (x, y - half[1], z), (x, y + half[1], z))
    columns, rows, slices = image.GetSize()
    mask = np.zeros((slices, rows, columns), dtype=bool)
    reach = 25  # no ellipse here is wider than 20 mm of pixels of 0.8 mm
    for row in range(max(0, index[1] - reach), min(rows, index[1] + reach)):
        for column in range(max(0, index[0] - reach), min(columns, index[0] + reach)):
            at = image.TransformIndexToPhysicalPoint((column, row, index[2]))
            mask[index[2], row, column] = ((at[0] - x) / half[0]) ** 2 + ((at[1] - y) / half[1]) ** 2 < 1
    return drawn, mask


def test_density_of_a_real_ct_is_that_of_simpleitk(node: Node) -> None:
    image, header = real(GE_CT)
    drawn, mask = ellipse_on(image, (250, 330, 20), (17.3, 11.1))
    answer = node.ask(
        "ellipse",
        {"frame_of_reference_uid": header.FrameOfReferenceUID, "points": drawn},
        study_instance_uid=header.StudyInstanceUID,
    )

    statistics = sitk.LabelStatisticsImageFilter()
    label = sitk.GetImageFromArray(mask.astype(np.uint8))
    label.CopyInformation(image)
    statistics.Execute(sitk.Cast(image, sitk.sitkFloat64), label)
    found = by_key(answer)
    assert found["voxels"] == statistics.GetCount(1)
    assert found["mean_hu"] == pytest.approx(statistics.GetMean(1))
    assert found["sd_hu"] == pytest.approx(statistics.GetSigma(1), rel=1e-2)  # divided by n, there by n - 1
    assert (found["minimum_hu"], found["maximum_hu"]) == (statistics.GetMinimum(1), statistics.GetMaximum(1))
    values = np.sort(sitk.GetArrayFromImage(image)[mask])
    assert found["median_hu"] == pytest.approx(float(values[[(len(values) - 1) // 2, len(values) // 2]].mean()))


def test_density_on_a_reformatted_plane_is_that_of_a_resampled_one(node: Node) -> None:
    image, header = real(GE_CT)
    x, y, z = image.TransformIndexToPhysicalPoint((250, 330, 20))
    # A coronal plane, 30 degrees off, through the middle of a slice and between others.
    across, up = np.array((np.cos(np.pi / 6), np.sin(np.pi / 6), 0)), np.array((0, 0, 1.0))
    middle = np.array((x, y, z))
    ends = [middle - 14 * across, middle + 14 * across, middle - 21 * up, middle + 21 * up]
    normal = np.cross(across, up)
    answer = node.ask(
        "ellipse",
        {
            "frame_of_reference_uid": header.FrameOfReferenceUID,
            "plane_normal": dict(zip("xyz", normal.tolist(), strict=True)),
            "points": points(*[tuple(each) for each in ends]),
        },
        study_instance_uid=header.StudyInstanceUID,
    )

    size, step = 201, 0.25
    origin = middle - (size // 2) * step * (across + up)
    plane = sitk.Resample(
        image,
        (size, size, 1),
        sitk.Transform(),
        sitk.sitkLinear,
        origin.tolist(),
        (step, step, 1.0),
        np.stack((across, up, normal), axis=1).ravel().tolist(),
        -9999.0,
        sitk.sitkFloat64,
    )
    along = (np.arange(size) - size // 2) * step
    inside = (along[None, :] / 14) ** 2 + (along[:, None] / 21) ** 2 < 1
    values = sitk.GetArrayFromImage(plane)[0][inside]
    found = by_key(answer)
    assert {each["method"] for each in answer["values"] if each["key"] == "mean_hu"} == {"plane_interpolated"}
    assert values.min() > -1100
    assert found["mean_hu"] == pytest.approx(values.mean(), abs=1)
    assert found["sd_hu"] == pytest.approx(values.std(), rel=0.01)


def test_suv_of_a_real_pet_is_the_closed_formula(node: Node) -> None:
    image, header = real(GE_PET)
    voxels = sitk.GetArrayFromImage(sitk.Cast(image, sitk.sitkFloat64))
    hottest = np.unravel_index(int(voxels[20:-20].argmax()), voxels[20:-20].shape)
    at = (int(hottest[2]), int(hottest[1]), int(hottest[0]) + 20)
    drawn, mask = ellipse_on(image, at, (16.1, 12.3))
    by_height = sorted(measurable.read(series_files(GE_PET)), key=lambda each: float(each.ImagePositionPatient[2]))
    sop = by_height[at[2]].SOPInstanceUID
    for each in drawn:  # one distance between its slices is 0.08 mm short, which SimpleITK spreads over all
        each["z"] = float(by_height[at[2]].ImagePositionPatient[2])
    answer = node.ask("ellipse", {"sop_instance_uid": sop, "points": drawn}, study_instance_uid=header.StudyInstanceUID)

    # 71 kg; 388.777472 MBq of fluorine-18 (half-life 6588 s) at 10:35:00; the series began at 11:20:11, 2711 s later.
    factor = 71_000 / (388_777_472 * 2 ** (-2711 / 6588))
    found = by_key(answer)
    assert found["voxels"] == mask.sum()
    assert found["suv_max"] == pytest.approx(voxels[mask].max() * factor, rel=1e-6)
    assert found["suv_mean"] == pytest.approx(voxels[mask].mean() * factor, rel=1e-6)
    # SUVpeak: around every voxel of the region, all voxels by their distance.
    spacing = np.array((4.6875, 4.6875, 3.27))
    everywhere = np.argwhere(np.ones((9, 9, 9))) - 4
    near = everywhere[np.linalg.norm(everywhere * spacing[::-1], axis=1) <= (3000 / (4 * np.pi)) ** (1 / 3)]
    means = [voxels[tuple((centre + near).T)].mean() for centre in np.argwhere(mask)]
    assert found["suv_peak"] == pytest.approx(max(means) * factor, rel=1e-6)
    assert by_key(answer, "unit")["suv_max"] == "{SUVbw}g/ml"
    assert "hounsfield" not in answer["findings"]


def test_a_real_mr_has_lengths_and_its_signal_but_no_density(node: Node) -> None:
    image, header = real(TOSHIBA_MR)
    drawn, mask = ellipse_on(image, (128, 144, 18), (20.1, 15.2))
    answer = node.ask(
        "ellipse",
        {"frame_of_reference_uid": header.FrameOfReferenceUID, "points": drawn},
        study_instance_uid=header.StudyInstanceUID,
        series_instance_uid=header.SeriesInstanceUID,
    )

    found = by_key(answer)
    assert found["mean_signal"] == pytest.approx(float(sitk.GetArrayFromImage(image)[mask].mean()))
    assert "mean_hu" not in found


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A request, and what it is answered with."""

    kind: str
    geometry: dict[str, Any]
    more: dict[str, Any]
    status: int
    pointer: str | None


def case(kind: str, geometry: dict[str, Any], *rest: Any, id: str) -> Any:  # noqa: A002 - as pytest calls it
    more, status, pointer = rest
    refused = Refused(kind=kind, geometry=geometry, more=more, status=status, pointer=pointer)
    return pytest.param(refused, id=id)


REFUSED = [
    case("length", {"sop_instance_uid": on_slice(5), "points": LINE}, {"study_instance_uid": "2.25.5"}, 404,
                 None, id="unknown study"),
    case("length", {"sop_instance_uid": on_slice(5), "points": LINE}, {"series_instance_uid": "2.25.5"}, 404,
                 None, id="unknown series"),
    case("length", {"sop_instance_uid": on_slice(5), "points": LINE}, {"series_instance_uid": OTHER_SERIES},
                 404, None, id="series of another study"),
    case("length", {"sop_instance_uid": "2.25.5", "points": LINE}, {}, 422,
                 "#/geometry/sop_instance_uid", id="unknown image"),
    case("length", {"sop_instance_uid": f"{OTHER_SERIES}.1", "points": LINE}, {}, 422,
                 "#/geometry/sop_instance_uid", id="image of another study"),
    case("length", {"sop_instance_uid": on_slice(5), "frame_of_reference_uid": "2.25.5", "points": LINE}, {},
                 422, "#/geometry/frame_of_reference_uid", id="image in another frame"),
    case("ellipse", {"frame_of_reference_uid": "2.25.913", "points": CROSS}, {}, 422,
                 "#/geometry/frame_of_reference_uid", id="frame of another study"),
    case("ellipse", {"frame_of_reference_uid": "2.25.913", "points": CROSS},
                 {"series_instance_uid": CT_SERIES}, 422, "#/geometry/frame_of_reference_uid", id="frame of no series"),
    case("ellipse", {"frame_of_reference_uid": CT_FRAME, "points": CROSS}, {}, 422,
                 "#/series_instance_uid", id="two series in the frame"),
    case("ellipse", {"points": CROSS}, {}, 422, "#/series_instance_uid", id="no place at all"),
    case("length", {"sop_instance_uid": on_slice(6), "points": LINE}, {}, 422, "#/geometry/points",
                 id="off the image"),
    case("ellipse", {"sop_instance_uid": on_slice(6), "points": CROSS}, {}, 422, "#/geometry/points",
                 id="region off the image"),
    case("length", {"sop_instance_uid": on_slice(5), "points": points((10, 10, 10), (140, 10, 10))}, {}, 422,
                 "#/geometry/points", id="outside the field of view"),
    case("length", {"frame_of_reference_uid": CT_FRAME, "points": points((10, 10, 10), (10, 10, 90))},
                 {"series_instance_uid": CT_SERIES}, 422, "#/geometry/points", id="above the last slice"),
    case("ellipse", {"sop_instance_uid": on_slice(5), "points": points(
        (100, 64, 10), (140, 64, 10), (120, 54, 10), (120, 74, 10))}, {}, 422, "#/geometry/points",
                 id="ellipse across the edge"),
    case("bidirectional", {"sop_instance_uid": on_slice(5), "points": LINE + CROSS[:2]}, {}, 422,
                 "#/geometry/points", id="not at right angles"),
    case("ellipse", {"sop_instance_uid": on_slice(5), "points": CROSS[:2] + LINE}, {}, 422,
                 "#/geometry/points", id="no ellipse"),
    case("freehand", {"sop_instance_uid": on_slice(5), "points": [CROSS[0], CROSS[1], CROSS[2], CROSS[3]]},
                 {}, 422, "#/geometry/points", id="crossing itself"),
    case("freehand", {"sop_instance_uid": on_slice(5), "points": points(
        (30.2, 30.2, 10), (30.6, 30.2, 10), (30.6, 30.6, 10))}, {}, 422, "#/geometry/points", id="no voxel in it"),
    case("ellipse", {"frame_of_reference_uid": CT_FRAME, "points": CROSS,
                             "plane_normal": {"x": 1, "y": 0, "z": 0}}, {"series_instance_uid": CT_SERIES}, 422,
                 "#/geometry/plane_normal", id="another plane"),
    case("ellipse", {"frame_of_reference_uid": CT_FRAME, "points": CROSS,
                             "plane_normal": {"x": 0, "y": 0, "z": 0}}, {"series_instance_uid": CT_SERIES}, 422,
                 "#/geometry/plane_normal", id="no normal"),
    case("ellipse", {"frame_of_reference_uid": CT_FRAME, "points": CROSS},
                 {"series_instance_uid": GAP_SERIES}, 422, "#/series_instance_uid", id="a slice is missing"),
    case("length", {"frame_of_reference_uid": STRANGE_FRAME, "points": LINE}, {}, 422,
                 "#/series_instance_uid", id="wrong modality"),
    case("length", {"sop_instance_uid": on_slice(5), "points": LINE}, {"client_values": {"area_mm2": 3}}, 422,
                 "#/client_values", id="a number of something else"),
    case("length", {"sop_instance_uid": on_slice(5), "points": LINE[:1]}, {}, 422, "#/geometry/points",
                 id="one point"),
    case("circle", {"sop_instance_uid": on_slice(5), "points": LINE}, {}, 422, "#", id="unknown kind"),
    case("freehand", {"sop_instance_uid": on_slice(5), "points": LINE * 5_000}, {}, 422, "#/geometry/points",
                 id="ten thousand points"),
]  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED)
def test_what_cannot_be_measured_is_refused_with_its_place(node: Node, refused: Refused) -> None:
    answer = node.ask(refused.kind, refused.geometry, refused.status, **refused.more)

    expected = [refused.pointer] if refused.pointer else []
    assert [each["pointer"] for each in answer.get("errors", [])][:1] == expected


def test_a_segment_has_its_volume_and_density(node: Node) -> None:
    answer = node.ask("mask", {"mask_sop_instance_uid": SEGMENTATION}, series_instance_uid=CT_SERIES)

    found = by_key(answer)
    assert (found["voxels"], found["volume_mm3"]) == (100, 200)  # ten by ten voxels of 1 by 1 by 2 mm
    assert (found["mean_hu"], found["sd_hu"]) == (-100, 0)
    assert answer["findings"]["volume_cm3"] == 0.2


@pytest.mark.parametrize("other", ["2.25.5", on_slice(5)])
def test_what_is_no_segmentation_of_the_study_is_refused(node: Node, other: str) -> None:
    answer = node.ask("mask", {"mask_sop_instance_uid": other}, 422, series_instance_uid=CT_SERIES)

    assert answer["errors"][0]["pointer"] == "#/geometry/mask_sop_instance_uid"


def test_a_pet_shows_no_bone(node: Node) -> None:
    _, header = real(GE_PET)
    answer = node.ask(
        "cortex",
        {
            "frame_of_reference_uid": header.FrameOfReferenceUID,
            "outer": square(15),
            "inner": square(9),
            "lesions": [square(12)],
        },
        422,
        study_instance_uid=header.StudyInstanceUID,
    )

    assert answer["errors"][0]["allowed"] == ["CT", "MR"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e309"])
def test_what_is_no_number_is_refused(node: Node, number: str) -> None:
    text = (
        f'{{"study_instance_uid": "{CT_STUDY}", "kind": "length", "geometry": {{"sop_instance_uid": "{on_slice(5)}", '
        f'"points": [{{"x": 1, "y": 2, "z": {number}}}, {{"x": 1, "y": 20, "z": 10}}]}}}}'
    )
    answer = node.client.post("/api/v1/measurements", content=text, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_million_points_are_too_large_a_body(node: Node) -> None:
    answer = node.ask("freehand", {"sop_instance_uid": on_slice(5), "points": LINE[:1] * 1_000_000}, 413)

    assert answer["title"] == "Content Too Large"


def test_nobody_measures_without_a_token(node: Node) -> None:
    assert httpx.post(node.client.base_url.join("/api/v1/measurements"), json={}).status_code == 401
