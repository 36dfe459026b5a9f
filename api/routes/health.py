"""Whether the process answers, and whether it has what it needs. No addresses are told."""

import logging
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.images import ImageSource
from api.openapi import problems
from api.problems import RETRY_AFTER_S, problem
from api.schemas.health import AliveOut, ChecksOut, ReadyOut
from api.services import Services, services_of
from storage.database import registry_head, registry_revision
from storage.errors import ImageStoreError

log = logging.getLogger(__name__)

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def read_live() -> AliveOut:
    """The process answers."""
    return AliveOut()


@router.get("/ready", response_model=ReadyOut, responses=problems(503))
def read_ready(services: Annotated[Services, Depends(services_of)]) -> ReadyOut | Response:
    """The database is there and up to date, and images can be read."""
    checks = ChecksOut(database=_database_state(services.engine), image_store=_image_store_state(services.images))
    if checks == ChecksOut(database="ready", image_store="ready"):
        return ReadyOut(checks=checks)
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "not ready",
        headers={"Retry-After": str(RETRY_AFTER_S)},
        checks=checks.model_dump(),
    )


def _database_state(engine: Engine) -> Literal["ready", "unavailable", "not migrated"]:
    try:
        revision = registry_revision(engine)
    except SQLAlchemyError as error:
        log.warning("the registry database does not answer: %s", type(error).__name__)
        return "unavailable"
    return "ready" if revision == registry_head() else "not migrated"


def _image_store_state(images: ImageSource) -> Literal["ready", "unavailable"]:
    try:
        return "ready" if images.ready() else "unavailable"
    except ImageStoreError as error:
        log.warning("the image store does not answer: %s", type(error).__name__)
        return "unavailable"
