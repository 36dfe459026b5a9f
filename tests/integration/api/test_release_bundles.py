"""Some files of a release in one stream."""

import httpx
import pytest
from sqlalchemy import Engine

from annotation.audit import Action, AuditFilter
from storage.audit_log import AuditLog
from tests.builders.registry import OLD_IMAGE, OTHER_IMAGE
from tests.builders.release_place import Place
from tests.integration.api.test_releases import (  # noqa: F401 - fixtures
    FILE,
    OTHER_FILE,
    RELEASES,
    built,
    custodian,
    granted,
    person,
    place,
    researcher,
)

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_they_come_in_the_order_asked_as_they_are_one_by_one_and_each_is_noted(
    place: Place,  # noqa: F811
    custodian: httpx.Client,  # noqa: F811
    researcher: httpx.Client,  # noqa: F811
    engine: Engine,
) -> None:
    number = built(place, custodian)
    granted(custodian, number)
    answer = researcher.post(f"{RELEASES}/{number}/bundle", json={"paths": [OTHER_FILE, FILE]})
    assert answer.status_code == 200, answer.text
    noted = AuditLog(engine).newest(AuditFilter(actions=frozenset({Action.EXPORTED})), limit=2)
    assert {entry.note.object_id for entry in noted} == {f"{number}/{OLD_IMAGE}", f"{number}/{OTHER_IMAGE}"}
    assert {entry.source.via for entry in noted} == {"POST /api/v1/releases/{number}/bundle"}
    one_by_one = [researcher.get(f"{RELEASES}/{number}/files/{path}").content for path in (OTHER_FILE, FILE)]
    assert answer.content == b"".join(one_by_one)


@pytest.mark.parametrize(
    ("paths", "status"),
    [([], 422), ([FILE, FILE], 422), (["data/none"], 404), ([FILE, *map(str, range(256))], 422), (["../x"], 404)],
)
def test_what_there_is_not_or_is_asked_for_twice_is_refused(
    place: Place,  # noqa: F811
    custodian: httpx.Client,  # noqa: F811
    paths: list[str],
    status: int,
) -> None:
    number = built(place, custodian)
    assert custodian.post(f"{RELEASES}/{number}/bundle", json={"paths": paths}).status_code == status


def test_what_was_not_granted_is_refused(
    place: Place,  # noqa: F811
    custodian: httpx.Client,  # noqa: F811
    researcher: httpx.Client,  # noqa: F811
) -> None:
    number = built(place, custodian)
    assert researcher.post(f"{RELEASES}/{number}/bundle", json={"paths": [FILE]}).status_code == 403


def test_a_file_of_a_patient_who_was_erased_is_gone_and_says_so(
    place: Place,  # noqa: F811
    custodian: httpx.Client,  # noqa: F811
) -> None:
    number = built(place, custodian)
    erased = {"pseudonym": FILE.split("/")[2], "reason": "objection"}
    assert custodian.post(f"{RELEASES}/{number}/erasures", json=erased).status_code < 300
    answer = custodian.post(f"{RELEASES}/{number}/bundle", json={"paths": [OTHER_FILE, FILE]})
    assert answer.status_code == 410
