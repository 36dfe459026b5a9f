"""Releases as API and worker put them together from the settings: begun by one, built by the other."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, update

from osteon.release_parts import release_handler, release_parts
from osteon.settings import Settings
from storage.audit_behalf import NOBODY
from storage.jobs.requests import JobRequests
from storage.ledger import Ledger
from storage.releases.files import ReleaseFiles
from storage.releases.records import FileKind
from storage.releases.store import Releases
from storage.releases.tables import ReleaseRow
from tests.builders.archive import ARCHIVED, fill, record
from tests.builders.releases import new_release
from tests.services.orthanc import OrthancServer

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

Item = TypeVar("Item")
Result = TypeVar("Result")


class Here:
    """Computes in this process."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        return map(function, items)


class Job:
    """A job in the hands of a worker."""

    id = uuid4()
    created_by = "custodian"
    attempt = 1

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None: ...

    def check_cancelled(self) -> None: ...

    def hold(self, connection: Connection) -> None: ...


def test_what_the_api_begins_the_worker_builds_in_the_same_folder(engine: Engine, tmp_path: Path) -> None:
    server = OrthancServer(tmp_path)
    server.start()
    user, password = server.environment().values()
    try:
        client = server.client()
        fill(client, ARCHIVED)
        client.close()
        record(Ledger(engine), ARCHIVED)
        settings = Settings(
            home=tmp_path, orthanc_url=server.url, orthanc_user=user, orthanc_password=SecretStr(password)
        )
        parts = release_parts(settings, engine)
        wanted = new_release(versions=parts.versions(), query=parts.cohorts.checked({}))
        begun = Releases(engine).begin(wanted, lambda connection, number: parts.builds.ask(connection, number, NOBODY))
        (job,) = JobRequests(engine).newest(limit=2)
        with engine.begin() as connection:  # as an API of another version would have begun it
            connection.execute(update(ReleaseRow).values(versions=wanted.versions.document() | {"software": {}}))
        result = release_handler(settings, engine, Here())(dict(job.parameters), Job())
    finally:
        server.stop()

    assert (str(job.id), result["number"]) == (begun.job, begun.number)
    listed = list(ReleaseFiles(engine).every(begun.number))
    assert sum(each.kind is FileKind.DICOM for each in listed) == len(ARCHIVED)
    for file in listed:
        assert file.orthanc_id is not None or parts.made.path(begun.number, file.sha256).is_file()
    assert {"osteon", "pydicom", "SimpleITK"} <= set(wanted.versions.software)
    assert Releases(engine).get(begun.number).versions == wanted.versions.document()  # of the worker that built it
    assert wanted.versions.scores["sins"] == "2010"
