"""Protocols of reading in the registry database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotation.errors import ProtocolNotFoundError, UnacceptableError
from annotation.protocols import Kind, ReadingProtocol
from lesion_model.errors import Problem
from storage.protocol_tables import ProtocolRow


class SqlProtocols:
    """Satisfies `annotation.ports.Protocols` within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, protocol: ReadingProtocol) -> None:
        if self._session.scalar(select(ProtocolRow.id).where(ProtocolRow.name == protocol.name)) is not None:
            raise UnacceptableError([Problem(field="name", detail="another protocol has this name")])
        self._session.add(
            ProtocolRow(
                id=str(protocol.id),
                name=protocol.name,
                kind=protocol.kind.value,
                modalities=sorted(protocol.modalities),
                created_at=protocol.created_at,
                created_by=protocol.created_by,
            )
        )
        self._session.flush()

    def get(self, protocol_id: UUID) -> ReadingProtocol:
        row = self._session.get(ProtocolRow, str(protocol_id))
        if row is None:
            raise ProtocolNotFoundError
        return _protocol(row)

    def all(self, *, after: str, limit: int) -> Sequence[ReadingProtocol]:
        wanted = select(ProtocolRow).where(ProtocolRow.name > after).order_by(ProtocolRow.name).limit(limit)
        return [_protocol(row) for row in self._session.scalars(wanted)]


def _protocol(row: ProtocolRow) -> ReadingProtocol:
    return ReadingProtocol(
        id=UUID(row.id),
        name=row.name,
        kind=Kind(row.kind),
        modalities=frozenset(row.modalities),
        created_at=row.created_at,
        created_by=row.created_by,
    )
