"""Images as scanners store them."""

from dataclasses import replace

from lesion_model.measurement.planes import ImagePlane

# 400 rows of 300 columns, 0.8 mm between rows and 0.5 mm between columns; off the middle of the patient.
AXIAL_IMAGE = ImagePlane(
    position=(-40.0, -220.0, 115.0),
    orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    spacing=(0.8, 0.5),
    rows=400,
    columns=300,
)
# Columns to the back, rows to the feet; 12 mm to the left.
SAGITTAL_IMAGE = ImagePlane(
    position=(12.0, -150.0, 900.0),
    orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
    spacing=(0.6, 0.6),
    rows=512,
    columns=512,
)


def axial_series(count: int, *, distance: float = 2.5, sideways: float = 0.0) -> list[ImagePlane]:
    """Images from the feet to the head, `sideways` mm to the back from each one to the next."""
    x, y, z = AXIAL_IMAGE.position
    return [replace(AXIAL_IMAGE, position=(x, y + place * sideways, z + place * distance)) for place in range(count)]
