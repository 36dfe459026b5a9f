"""Readings that another version of the program indexed are indexed again beside the API, once it has started."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.cohorts.reindex import CohortIndex

log = logging.getLogger(__name__)


@contextmanager
def indexing(engine: Engine) -> Iterator[None]:
    """While inside, until all are indexed. What is not done by the end, the next start does."""
    end = threading.Event()
    thread = threading.Thread(target=_catch_up, args=(engine, end), name="cohort index")
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def _catch_up(engine: Engine, end: threading.Event) -> None:
    try:
        done = CohortIndex(engine).catch_up(lambda: not end.is_set())
    except SQLAlchemyError as error:
        log.error("cohorts lack readings until the next start: %s", type(error).__name__)  # noqa: TRY400  may hold values
        return
    if done:
        log.info("indexed the readings of %d patients for cohorts", done)
