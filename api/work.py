"""The unit of work of a request, for looking, for changing and for saving a draft, and the clock it is dated by.

All are made for the eyes of the one who asks: what a blind reading keeps from them is not there. Making one asks no
database, and is a coroutine: anything else is handed to a thread, and waits for it.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from annotation.sight import Sight
from api.audit_trail import source_of, trail_of
from api.authentication import Reader
from api.services import EngineOf
from storage.unit_of_work import SqlUnitOfWork


def utc_now() -> datetime:
    return datetime.now(UTC)


async def _for_reading(engine: EngineOf, reader: Reader) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine, write=False, sight=Sight(reader=reader.label))


async def _for_writing(engine: EngineOf, request: Request, reader: Reader) -> SqlUnitOfWork:
    """What it notes in the audit log says where the request came from."""
    unit = SqlUnitOfWork(engine, write=True, source=source_of(request.scope), sight=Sight(reader=reader.label))
    trail_of(request.scope).work.append(unit)
    return unit


async def _for_drafts(engine: EngineOf, reader: Reader) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine, write=True, in_turn=False, sight=Sight(reader=reader.label))


ReadUow = Annotated[SqlUnitOfWork, Depends(_for_reading)]
WriteUow = Annotated[SqlUnitOfWork, Depends(_for_writing)]
DraftUow = Annotated[SqlUnitOfWork, Depends(_for_drafts)]
