"""What Prometheus asks for: the metrics of node and API, added up over their processes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api.services import Services, services_of
from storage.metric_files import text_of

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, include_in_schema=False)
def read_metrics(services: Annotated[Services, Depends(services_of)]) -> Response:
    """Prometheus' text format."""
    return Response(text_of(services.metrics.of_all()), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
