"""What was deleted leaves the files of a SQLite database, or the operator is told that it has not, and what to do."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from storage import overwriting
from storage.database import open_database, writing
from storage.overwriting import overwrite_freed
from tests.builders.deleted import reading_still

SECRET = "a sentence that only the deleted row says"
WHAT = "rows that were erased"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """With a row that is deleted while somebody may still read it."""
    engine = open_database(f"sqlite:///{tmp_path / 'some.sqlite'}")
    with writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE said (what TEXT)"))
        connection.execute(text("INSERT INTO said VALUES (:what)"), {"what": SECRET})
    yield engine
    engine.dispose()


def forget(engine: Engine) -> None:
    with writing(engine).begin() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        connection.execute(text("DELETE FROM said"))


def kept(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if SECRET.encode() in each.read_bytes()]


def test_with_nobody_reading_it_is_gone_without_a_word(database: Engine, tmp_path: Path) -> None:
    forget(database)
    assert kept(tmp_path) != []
    assert overwrite_freed(database, (), WHAT) is None
    assert kept(tmp_path) == []


def test_while_somebody_reads_it_is_said_that_it_remains_and_what_to_do(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(overwriting, "TRIES_FOR_S", 0)
    with reading_still(database, "said"), caplog.at_level(logging.WARNING):
        forget(database)
        words = overwrite_freed(database, (), WHAT)
        assert kept(tmp_path) != []
    assert words is not None
    assert words.startswith(f"{WHAT} remain in the file beside the database whose name ends in -wal")
    assert "stop everything that uses the database" in words
    assert words in caplog.messages
    assert overwrite_freed(database, (), WHAT) is None
    assert kept(tmp_path) == []


def test_it_is_tried_until_the_reader_has_finished(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = []
    with reading_still(database, "said") as reader:
        forget(database)

        def finish(seconds: float) -> None:
            pauses.append(seconds)
            reader.rollback()

        monkeypatch.setattr("storage.overwriting.time.sleep", finish)
        assert overwrite_freed(database, (), WHAT) is None
    assert (len(pauses), kept(tmp_path)) == (1, [])


def test_the_usual_patience_of_the_connection_comes_back(database: Engine) -> None:
    def patience() -> object:
        with database.connect() as connection:
            return connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    before = patience()
    overwrite_freed(database, (), WHAT)
    assert patience() == before


def test_what_the_database_refuses_is_said_without_its_words(database: Engine, tmp_path: Path) -> None:
    with writing(database).begin():  # VACUUM needs to write
        database.dispose()
        other = open_database(f"sqlite:///{tmp_path / 'some.sqlite'}")
        with other.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
        words = overwrite_freed(other, (), WHAT, vacuum=True)
        other.dispose()
    assert words == (
        f"{WHAT} remain in the free space of the database's files (OperationalError): "
        "run VACUUM on it when nobody uses it"
    )
