"""The geometries that every phantom is measured in: three slice thicknesses, three ways to lie on the table."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.phantoms.scans import Scan, axial, oblique, tilted

THICKNESSES_MM = (1.0, 2.5, 5.0)


def _straight(scan: Scan) -> Scan:
    return scan


def _tilted_gantry(scan: Scan) -> Scan:
    return tilted(scan, 15)


def _oblique_stack(scan: Scan) -> Scan:
    return oblique(scan, about_x=17, about_z=11)


POSES: Mapping[str, Callable[[Scan], Scan]] = MappingProxyType(
    {"straight": _straight, "tilted gantry": _tilted_gantry, "oblique stack": _oblique_stack}
)


def scan_of(pose: str, thickness_mm: float, length_mm: float) -> Scan:
    return POSES[pose](axial(thickness_mm, length_mm))
