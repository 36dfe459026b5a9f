"""The catalogue's statements: that indexes carry them, however many studies there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from storage.catalogue import Catalogue
from storage.errors import NotInCatalogueError, PageKeyError
from storage.ledger import Ledger
from tests.builders.ledger import PSEUDONYM, SERIES_UID, STUDY_UID, stored_object

LATE = ("2031-12-31T00:00:00+00:00", STUDY_UID)


@pytest.fixture
def catalogue(engine: Engine) -> Catalogue:
    return Catalogue(engine)


def plans(engine: Engine, catalogue: Catalogue, method: str, arguments: dict[str, Any]) -> Iterator[str]:
    """How the database carries out each statement of one call."""
    called: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        called.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    getattr(catalogue, method)(**arguments)
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        for statement, parameters in called:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            yield "; ".join(str(row[3]) for row in plan)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        pytest.param("patients", {"limit": 50, "after": ("OST-",)}, id="patients"),
        pytest.param("studies", {"limit": 50, "after": LATE}, id="studies"),
        pytest.param("studies", {"limit": 50, "after": LATE, "modality": "PT"}, id="studies of a modality"),
        pytest.param("studies", {"limit": 50, "after": LATE, "pseudonym": PSEUDONYM}, id="of a patient"),
        pytest.param(
            "series_of_study",
            {"study_instance_uid": STUDY_UID, "limit": 50, "after": ("2.25.1",)},
            id="series of a study",
        ),
        pytest.param(
            "objects_of_series",
            {"series_instance_uid": SERIES_UID, "limit": 50, "after": (SERIES_UID, "2.25.1")},
            id="objects of a series",
        ),
    ],
)
def test_a_page_is_found_by_an_index_and_never_sorted(
    engine: Engine, catalogue: Catalogue, method: str, arguments: dict[str, Any]
) -> None:
    Ledger(engine).record(objects=[stored_object()])

    for plan in plans(engine, catalogue, method, arguments):
        # The counts of one page may group in memory; what is as long as the catalogue may not.
        assert "SCAN" not in plan
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan


def test_an_object_knows_where_orthanc_keeps_it(engine: Engine, catalogue: Catalogue) -> None:
    stored = stored_object()
    Ledger(engine).record(objects=[stored])

    assert catalogue.object(stored.sop_instance_uid).orthanc_id == stored.orthanc_id


@pytest.mark.parametrize("method", ["patient", "study", "series", "object", "series_of_study"])
def test_what_is_not_there_is_said_not_to_be(catalogue: Catalogue, method: str) -> None:
    arguments = {"limit": 5} if method == "series_of_study" else {}

    with pytest.raises(NotInCatalogueError) as error:
        getattr(catalogue, method)("2.25.999", **arguments)

    assert "2.25.999" not in str(error.value)


@pytest.mark.parametrize("key", [(), ("a",), ("a", "b"), ("a", "b", "c"), ("0001-01-01T00:00:00+23:00", "b")])
def test_a_key_of_another_list_is_refused(catalogue: Catalogue, key: tuple[str, ...]) -> None:
    with pytest.raises(PageKeyError):
        catalogue.studies(limit=5, after=key)


def test_it_tells_which_of_some_studies_came_in_by_the_door(engine: Engine) -> None:
    Ledger(engine).record(objects=[stored_object()])
    catalogue = Catalogue(engine)

    assert catalogue.known_studies({STUDY_UID, "1.2.3"}) == {STUDY_UID}
    assert catalogue.known_studies([]) == frozenset()
