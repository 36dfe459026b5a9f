"""Whether the process answers, and whether it has what it needs. No addresses are told."""

import logging
import time
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.images import ImageSource
from api.node_state import node_state
from api.openapi import problems
from api.problems import RETRY_AFTER_S, problem
from api.schemas.health import AliveOut, ChecksOut, DetailsOut, ReadyOut
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
    """The database is up to date, images can be read, and a node of this home works and has room.

    503 names what is missing; `degraded` names what works and wants somebody to look.
    """
    seen = node_state(services.metrics.of_all(), time.time())
    checks = ChecksOut(
        database=_database_state(services.engine),
        image_store=_image_store_state(services.images),
        node=seen.node,
        disk=seen.disk,
        outbox=seen.outbox,
    )
    details = DetailsOut(**asdict(seen))
    if not (missing := checks.missing()):
        degraded = checks.degraded()
        status: Literal["ready", "degraded"] = "degraded" if degraded else "ready"
        return ReadyOut(status=status, degraded=degraded, checks=checks, details=details)
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"not ready: {', '.join(missing)}",
        headers={"Retry-After": str(RETRY_AFTER_S)},
        missing=missing,
        degraded=checks.degraded(),
        checks=checks.model_dump(),
        details=details.model_dump(),
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
