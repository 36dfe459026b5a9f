"""What a reader would record on the sample study, in the shapes of the HTTP API.

Pain is left out on purpose: it is clinical, the images do not show it. SINS is then 7-10 and Mirels
9-11, and both bands are decided all the same.
"""

from dataclasses import dataclass
from typing import Any

from osteon.sample.femur import femur_truth
from osteon.sample.solids import Point
from osteon.sample.spine import spine_truth
from osteon.sample.study import SampleSeries
from osteon.sample.truth import EllipsoidTruth

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLesion:
    """One lesion: where it is, what is seen, and on which image of which series."""

    site: Json
    findings: Json
    series_number: int
    instance_number: int
    points: tuple[Point, ...]
    """mm LPS, in the plane of that image."""

    def geometry(self, sop_instance_uid: str) -> Json:
        """The API's geometry, once the image's pseudonymised UID is known."""
        points = [dict(zip("xyz", point, strict=True)) for point in self.points]
        return {"sop_instance_uid": sop_instance_uid, "points": points}


def sample_lesions(spine: SampleSeries, femur: SampleSeries) -> tuple[SampleLesion, SampleLesion]:
    """The vertebra and the femur, from the phantoms' truth."""
    return _vertebra(spine), _femur(femur)


def _vertebra(series: SampleSeries) -> SampleLesion:
    truth = spine_truth()
    index = series.volume.slice_at(truth.hole.centre[2])
    height = series.volume.slice_position(index)
    start, end = truth.hole.long_axis
    return SampleLesion(
        site={"bone": "vertebra", "level": "L3"},
        findings={
            "lesion_type": "lytic",
            "vertebral_collapse": {
                "present": True,
                "height_loss_percent": round(100 * truth.anterior_height_loss, 1),
            },
            "posterolateral": [{"structure": "pedicle", "side": "left"}],
            "alignment": "normal",
            "retropulsion": False,
            **_size(truth.hole),
        },
        series_number=series.number,
        instance_number=series.instance_of_slice(index),
        points=tuple((round(x, 2), round(y, 2), height) for x, y, _ in (start, end)),
    )


def _femur(series: SampleSeries) -> SampleLesion:
    """Its points cross the lateral cortex: old inner surface, deepest erosion, outer surface."""
    truth = femur_truth()
    x, y, z = truth.shaft_axis
    index = series.volume.slice_at(z)
    height = series.volume.slice_position(index)
    radii = (truth.inner_radius, truth.inner_radius + truth.destroyed_thickness, truth.outer_radius)
    return SampleLesion(
        site={"bone": "femur", "region": "subtrochanteric", "side": "left"},
        findings={
            "lesion_type": "lytic",
            "cortical_involvement": {
                "measured": [
                    _share("cortical", truth.destroyed_thickness, truth.cortical_thickness),
                    _share("bone_diameter", truth.lesion.short_diameter, 2 * truth.outer_radius),
                ],
                "denominator": "cortical",
            },
            "pathological_fracture": False,
            **_size(truth.lesion),
        },
        series_number=series.number,
        instance_number=series.instance_of_slice(index),
        points=tuple((x + radius, y, height) for radius in radii),
    )


def _share(of: str, destroyed: float, total: float) -> Json:
    return {"of": of, "destroyed_mm": round(destroyed, 2), "total_mm": round(total, 2)}


def _size(lesion: EllipsoidTruth) -> Json:
    return {"long_axis_mm": round(lesion.long_diameter, 1), "short_axis_mm": round(lesion.short_diameter, 1)}
