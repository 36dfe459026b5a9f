"""Measurements, recomputed from what was drawn and the stored image. For readers: the role radiologist."""

from fastapi import APIRouter, Request

from annotation.audit import Kind
from annotation.measuring.measure import measure
from api.access import IMAGES
from api.audit_trail import trail_of
from api.openapi import problems
from api.schemas.measurements import MeasurementBody, MeasurementOut, asked
from api.services import MeasurableOf

router = APIRouter(dependencies=[IMAGES], tags=["measurements"], responses=problems(401, 404, 413, 415, 422, 500, 503))


@router.post("/measurements")
def measure_drawing(body: MeasurementBody, request: Request, images: MeasurableOf) -> MeasurementOut:
    """Measure what was drawn, on the image in the store; nothing is kept. Numbers of the viewer are compared."""
    trail_of(request.scope).named.append((Kind.STUDY, body.study_instance_uid))
    return MeasurementOut.of(body, measure(asked(body), images))
