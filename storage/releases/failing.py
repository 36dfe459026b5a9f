"""A release that cannot be built, for now: its state, and what of it stays on the disk."""

import logging

from sqlalchemy import Connection, update

from storage.releases.made import MadeFiles
from storage.releases.sweeping import forget_what_is_written_last, sweep
from storage.releases.tables import ReleaseRow

log = logging.getLogger(__name__)

LONGEST_FAILURE = 500


def fail(connection: Connection, made: MadeFiles, number: int, why: str) -> None:
    """In a transaction that holds the release, of which nobody makes files any more.

    What each run writes anew does not stay: nobody would take a patient out of it who is erased before the next one.
    """
    failed = update(ReleaseRow).where(ReleaseRow.number == number)
    connection.execute(failed.values(state="failed", builder=None, failure=why[:LONGEST_FAILURE]))
    forget_what_is_written_last(connection, number)
    try:
        sweep(connection, made, number)
    except OSError as error:
        log.warning("release %d: what is left of it could not be removed: %s", number, type(error).__name__)
