"""One series of CT, MR or PET as a NIfTI file with its sidecar, or the reason why not.

series = read_series(sources)                       # checked, pixels not read yet
sidecar = write_nifti(series, folder / "a.nii.gz")  # or .nii
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.nifti.header import affine_of, header_bytes
from annotation.nifti.kinds import frames_of_series
from annotation.nifti.objects import ImageObject, header_of, read_object
from annotation.nifti.planes import Planes
from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.sidecar import Sidecar, as_json, sidecar_of
from annotation.nifti.sources import Source
from annotation.nifti.stack import Stack, stack_of
from annotation.nifti.suv import factor_of
from annotation.nifti.tracers import tracer_fields
from annotation.nifti.values import Conversion, DoesNotFitError, Values, conversions
from annotation.nifti.writing import write_planes

PET = "PT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The objects of a series, and the volume that they make."""

    images: tuple[ImageObject, ...]
    stack: Stack

    @property
    def modality(self) -> str:
        return self.images[0].attributes.text("Modality")

    @property
    def first_source(self) -> Source:
        return self.images[self.stack.first.source].source


def read_series(sources: Sequence[Source]) -> Series:
    """Read the headers, in whatever order the files come. Raises RefusedSeriesError."""
    images = tuple(read_object(source) for source in sources)
    return Series(images=images, stack=stack_of(frames_of_series(images)))


def write_nifti(series: Series, destination: Path, *, suv: bool = False) -> Sidecar:
    """Write the volume as `destination` (.nii or .nii.gz); what belongs into its sidecar is given back.

    Rescaled values: HU of CT, the stored unit of PET, with `suv` SUVbw in g/ml. Raises RefusedSeriesError (with
    `suv` also for what is no PET, or has no SUV), and OSError when the file cannot be written.
    """
    factor = _suv_factor(series) if suv else None
    tracer = tracer_fields(header_of(series.first_source)) if series.modality == PET else {}
    sidecar = sidecar_of(series.stack, tracer, suv_factor=factor)
    planes = Planes(series.images)
    *narrow, widest = conversions(series.stack.frames, suv_factor=factor)
    for conversion in narrow:
        try:
            _write(series.stack, planes, conversion, destination)
        except DoesNotFitError:
            continue
        return sidecar
    _write(series.stack, planes, widest, destination)
    return sidecar


def convert(sources: Sequence[Source], destination: Path, *, suv: bool = False) -> Sidecar:
    """Both in one, and the sidecar written beside the volume. Raises what `read_series` and `write_nifti` raise."""
    sidecar = write_nifti(read_series(sources), destination, suv=suv)
    path = sidecar_path(destination)
    part = path.with_name(f"part-{path.name}")
    part.write_text(as_json(sidecar), encoding="utf-8")
    part.replace(path)
    return sidecar


def sidecar_path(destination: Path) -> Path:
    """a.json of a.nii and of a.nii.gz."""
    return destination.with_name(destination.name.removesuffix(".gz").removesuffix(".nii") + ".json")


def _suv_factor(series: Series) -> float:
    if series.modality != PET:
        raise RefusedSeriesError(Reason.NO_SUV, "not a PET")
    return factor_of(series.stack, series.first_source)


def _write(stack: Stack, planes: Planes, conversion: Conversion, destination: Path) -> None:
    frames = stack.frames

    def plane(number: int) -> Values:
        frame = frames[number]
        return conversion.plane(planes.stored(frame), frame, planes.layout(frame))

    header = header_bytes(stack.shape, affine_of(stack), conversion.dtype, spacing=stack.spacing)
    write_planes(destination, header, plane, len(frames))
