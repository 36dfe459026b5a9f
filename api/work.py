"""The unit of work of a request, for looking, for changing and for saving a draft, and the clock it is dated by."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends

from api.services import EngineOf
from storage.unit_of_work import SqlUnitOfWork


def utc_now() -> datetime:
    return datetime.now(UTC)


def _for_reading(engine: EngineOf) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine, write=False)


def _for_writing(engine: EngineOf) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine, write=True)


def _for_drafts(engine: EngineOf) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine, write=True, in_turn=False)


ReadUow = Annotated[SqlUnitOfWork, Depends(_for_reading)]
WriteUow = Annotated[SqlUnitOfWork, Depends(_for_writing)]
DraftUow = Annotated[SqlUnitOfWork, Depends(_for_drafts)]
