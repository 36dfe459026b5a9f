"""The registry for a command that comes and goes: its connections are given back at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from osteon.settings import Settings
from storage.database import migrate_registry, open_database


@contextmanager
def opened_registry(settings: Settings) -> Iterator[Engine]:
    """Brought up to date, as the node does when it starts. Raises StorageError."""
    migrate_registry(settings.registry_database)
    with connected(settings.registry_database) as engine:
        yield engine


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    """A registry as it is: nothing in it is changed."""
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()
