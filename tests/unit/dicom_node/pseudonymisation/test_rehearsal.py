"""What an engine reads once a process is read before the first sender waits for it."""

import pytest

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.engine import Engine, Identify, Result
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.plan import Plan
from dicom_node.pseudonymisation.private import safe_private
from dicom_node.pseudonymisation.rehearsal import rehearse
from dicom_node.status import Reason
from tests.builders.datasets import new_engine


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of every plan that was tried: whether the object fitted."""
    tried: list[bool] = []
    replay = Plan.replay

    def watched(*args: object, **more: bool) -> object:
        replayed = replay(*args, **more)  # type: ignore[arg-type]
        tried.append(replayed is not None)
        return replayed

    monkeypatch.setattr(Plan, "replay", watched)
    return tried


def test_a_rehearsal_reads_the_private_attributes_and_goes_as_far_as_a_plan(planned: list[bool]) -> None:
    safe_private.cache_clear()
    rehearse(lambda _identify: new_engine())
    assert safe_private.cache_info().currsize == 1
    assert planned == [True]


def test_the_rehearsed_objects_are_nobodys() -> None:
    asked: list[Identify] = []

    def remembering(identify: Identify) -> Engine:
        asked.append(identify)
        return new_engine()

    rehearse(remembering)
    (identify,) = asked
    assert identify(Facts({}), Charset(b""), "PACS").pseudonym == "REHEARSAL"


def test_a_profile_that_takes_no_such_object_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_engine: Engine, _source: bytes, _sender: str = "") -> Result:
        raise UnprocessableError(Reason.NOT_AN_IMAGE)

    monkeypatch.setattr(Engine, "__call__", refuse)
    rehearse(lambda _identify: new_engine())
