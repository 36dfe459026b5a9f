"""Who is in no new release and in no cohort: who has objected, or was erased from the registry or from releases."""

from collections.abc import Collection

from sqlalchemy import Connection, select, union
from sqlalchemy.sql.selectable import CompoundSelect

from storage.registry_records.kept_out import kept_out, kept_out_among
from storage.releases.tables import ReleaseLeftOutRow
from storage.upserts import in_pieces


def left_out() -> CompoundSelect[str]:
    """Pseudonyms of all of them, as a query."""
    return union(*kept_out().selects, select(ReleaseLeftOutRow.pseudonym))


def left_out_among(connection: Connection, pseudonyms: Collection[str]) -> set[str]:
    """Those of these who are left out."""
    found = kept_out_among(connection, pseudonyms)
    erased = select(ReleaseLeftOutRow.pseudonym)
    for some in in_pieces(pseudonyms):
        found.update(connection.scalars(erased.where(ReleaseLeftOutRow.pseudonym.in_(some))))
    return found
