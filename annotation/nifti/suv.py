"""The factor from Bq/ml to SUVbw of a PET series, from the headers of its images."""

from annotation.image_measurement.suv import suv_factor
from annotation.nifti.damage import refusing_damage
from annotation.nifti.header_values import moment
from annotation.nifti.objects import header_of
from annotation.nifti.pet_headers import pet_scan
from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.sources import Source
from annotation.nifti.stack import Stack
from lesion_model.errors import FindingError


def factor_of(stack: Stack, source: Source) -> float:
    """`source`: one of its images. Raises RefusedSeriesError naming every attribute that is missing or of no use."""
    acquired = [
        moment(frame.about.text("AcquisitionDate"), frame.about.text("AcquisitionTime")) for frame in stack.frames
    ]
    with refusing_damage(Reason.UNREADABLE):
        try:
            return suv_factor(pet_scan(header_of(source), acquired))
        except FindingError as error:
            raise RefusedSeriesError(Reason.NO_SUV, str(error)) from error
