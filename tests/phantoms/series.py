"""The same phantom in the shapes that images come in: single images, one SimpleITK volume, DICOM files."""

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from annotation.image_measurement.ct_image import CtImage
from annotation.image_measurement.ct_volume import CtVolume, volume_of_images
from lesion_model.measurement.planes import ImagePlane
from osteon.sample.canvas import Volume
from osteon.sample.study import SampleSeries, image, uid
from tests.phantoms.scans import Array, Scan, Scene

sitk: Any = SimpleITK  # it carries no types

Voxels = NDArray[np.int16]


def planes(scan: Scan) -> list[ImagePlane]:
    return [
        ImagePlane(
            position=tuple(float(number) for number in scan.position(index)),
            orientation=(*scan.along_row, *scan.along_column),
            spacing=(scan.between_rows_mm, scan.between_columns_mm),
            rows=scan.rows,
            columns=scan.columns,
        )
        for index in range(scan.slices)
    ]


def images(scan: Scan, voxels: Voxels) -> list[CtImage]:
    return [
        CtImage(plane=plane, hounsfield=pixels.astype(np.float32), thickness_mm=scan.thickness_mm)
        for plane, pixels in zip(planes(scan), voxels, strict=True)
    ]


def scanned(scene: Scene, scan: Scan, *, noise: bool = True, seed: int = 5) -> CtVolume:
    """The phantom as the measurements take it."""
    return volume_of_images(images(scan, scan.painted(scene, noise=noise, seed=seed)))


def itk_image(scan: Scan, voxels: NDArray[Any]) -> Any:
    """A SimpleITK image; only for slices stacked at right angles, it has no place for a shear."""
    made = sitk.GetImageFromArray(voxels)
    spacing = float(np.linalg.norm(scan.step))
    directions = np.stack((scan.along_row, scan.along_column, np.array(scan.step) / spacing), axis=1)
    made.SetOrigin(scan.first)
    made.SetSpacing((scan.between_columns_mm, scan.between_rows_mm, spacing))
    made.SetDirection([float(number) for number in directions.ravel()])
    return made


def inside(scan: Scan, scene_volume: CtVolume, *, centre: Array, semi_axes: Array) -> NDArray[np.bool_]:
    """What a careful reader marks: voxels whose centre lies in an ellipsoid. By the scan's own positions."""
    depth, row, column = np.meshgrid(*[np.arange(count) for count in scene_volume.grid.shape], indexing="ij")
    place = (
        np.array(scan.first)
        + depth[..., None] * np.array(scan.step)
        + row[..., None] * scan.between_rows_mm * np.array(scan.along_column)
        + column[..., None] * scan.between_columns_mm * np.array(scan.along_row)
    )
    return np.asarray((((place - centre) / semi_axes) ** 2).sum(axis=-1) < 1)


def write_dicom(folder: Path, scan: Scan, voxels: Voxels, **attributes: Any) -> list[Path]:
    """One file for each slice, as the sample study writes them, in this scan's place.

    `attributes` are set on every image; None removes one.
    """
    series = SampleSeries(
        name="phantom",
        number=1,
        description="PHANTOM",
        body_part="SPINE",
        laterality=None,
        kernel="BONE",
        window=((350, 1800),),
        volume=Volume(
            voxels=voxels,
            origin=scan.first,
            spacing=(scan.thickness_mm, scan.between_rows_mm, scan.between_columns_mm),
        ),
        exposure=(800, 310),
    )
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in range(scan.slices):
        dataset = image(series, series.instance_of_slice(index))
        dataset.ImagePositionPatient = [f"{number:.4f}" for number in scan.position(index)]
        dataset.ImageOrientationPatient = [f"{number:.8f}" for number in (*scan.along_row, *scan.along_column)]
        dataset.FrameOfReferenceUID = uid("phantom frame")
        for keyword, value in attributes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        path = folder / f"{index:03d}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths
