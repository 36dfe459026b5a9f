"""Lesions over time: carried forward, matched, split, resolved and corrected; for those who read images."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from annotation import carrying, lesion_changes
from annotation.entities import Lesion
from annotation.lesion_versions import Change
from api.access import IMAGES, RECORDING
from api.authentication import Reader
from api.openapi import problems
from api.preconditions import IfMatch, etag, expected_revision
from api.schemas.lesion_changes import (
    CarriedOut,
    CarryForwardBody,
    LesionEventOut,
    LesionHistoryOut,
    MatchBody,
    ReopenBody,
    ResolveBody,
    SiteCorrectionBody,
    SplitBody,
    SplitOut,
)
from api.schemas.lesions import LesionOut
from api.work import ReadUow, WriteUow, utc_now

router = APIRouter(tags=["lesions"], responses=problems(401, 404, 422, 503))

CHANGED = problems(409, 412, 413, 415, 428)


class Changing:
    """Who changes a lesion, and which version they have seen."""

    def __init__(self, reader: Reader, if_match: IfMatch = None) -> None:
        self._by = reader.label
        self._if_match = if_match

    def because(self, reason: str) -> Change:
        return Change(by=self._by, now=utc_now, reason=reason, expected_version=expected_revision(self._if_match))


By = Annotated[Changing, Depends()]


@router.patch("/lesions/{lesion_id}", responses=CHANGED, dependencies=[RECORDING])
def correct_lesion_site(
    lesion_id: UUID, body: SiteCorrectionBody, by: By, uow: WriteUow, response: Response
) -> LesionOut:
    """Correct where a lesion is; its readings must be possible there too."""
    return _tagged(
        lesion_changes.correct_site(lesion_id, body.site.to_domain(), by.because(body.reason), uow), response
    )


@router.post("/lesions/{lesion_id}/match", responses=CHANGED, dependencies=[RECORDING])
def match_lesion(lesion_id: UUID, body: MatchBody, by: By, uow: WriteUow, response: Response) -> LesionOut:
    """Merge another record of this lesion into it; the other keeps its number, and points here."""
    return _tagged(lesion_changes.merge(lesion_id, body.lesion_id, by.because(body.reason), uow), response)


@router.post("/lesions/{lesion_id}/split", responses=CHANGED, dependencies=[RECORDING])
def split_lesion(lesion_id: UUID, body: SplitBody, by: By, uow: WriteUow, response: Response) -> SplitOut:
    """Move readings to a new lesion that was recorded under this one."""
    site = body.site.to_domain() if body.site else None
    lesion, new = lesion_changes.split(lesion_id, body.reading_ids, site, by.because(body.reason), uow)
    response.headers["ETag"] = etag(lesion.version)
    return SplitOut.of(lesion, new)


@router.post("/lesions/{lesion_id}/resolve", responses=CHANGED, dependencies=[RECORDING])
def resolve_lesion(lesion_id: UUID, body: ResolveBody, by: By, uow: WriteUow, response: Response) -> LesionOut:
    """Mark a lesion as resolved: on this study it is seen no more."""
    change = by.because(body.reason)
    return _tagged(lesion_changes.resolve(lesion_id, body.study_instance_uid, change, uow), response)


@router.post("/lesions/{lesion_id}/reopen", responses=CHANGED, dependencies=[RECORDING])
def reopen_lesion(lesion_id: UUID, body: ReopenBody, by: By, uow: WriteUow, response: Response) -> LesionOut:
    """Take back that a lesion is resolved."""
    return _tagged(lesion_changes.reopen(lesion_id, by.because(body.reason), uow), response)


@router.post("/lesions/{lesion_id}/carry-forward", responses=problems(409, 413, 415), dependencies=[RECORDING])
def carry_lesion_forward(lesion_id: UUID, body: CarryForwardBody, uow: ReadUow) -> CarriedOut:
    """What the prior reading of a lesion says, to start reading it on another study; nothing is stored."""
    return CarriedOut.of(carrying.carry_forward(lesion_id, body.study_instance_uid, uow))


@router.get("/lesions/{lesion_id}/history", dependencies=[IMAGES])
def list_lesion_history(lesion_id: UUID, uow: ReadUow) -> LesionHistoryOut:
    """Everything that happened to a lesion, with who, when and why."""
    return LesionHistoryOut(items=[LesionEventOut.of(each) for each in lesion_changes.lesion_history(lesion_id, uow)])


def _tagged(lesion: Lesion, response: Response) -> LesionOut:
    response.headers["ETag"] = etag(lesion.version)
    return LesionOut.of(lesion)
