"""The studies behind a target, as the server lists them, and what is to be said of one that may not be whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from osteon.transfer.client import Client, Json
from osteon.transfer.errors import AnswerError
from osteon.transfer.names import Target, TargetKind, checked_pseudonym, checked_size, checked_uid

STATES = frozenset({"receiving", "provisional", "confirmed", "revised"})
GROWING = frozenset({"receiving", "revised"})
FEWER, LOST = "fewer_than_source", "objects_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStudy:
    """One study. `state` and what belongs to it is None where the server does not tell."""

    pseudonym: str
    uid: str
    objects: int
    state: str | None = None
    revision: int | None = None
    reason: str | None = None
    expected: int | None = None
    """Objects that its source names."""

    @property
    def warning(self) -> str | None:
        """Why it may not be whole, in words."""
        if self.state in GROWING:
            return "objects are still arriving: pull it again later"
        if self.reason == LOST:
            return "the server has lost objects of it"
        if self.reason != FEWER or self.expected is None:
            return None
        if self.expected > self.objects:
            return f"its source names {self.expected} objects, {self.objects} are here"
        return f"its source names {self.expected} objects, and not all of them are among the {self.objects} here"

    def as_json(self) -> dict[str, Any]:
        return {
            "study_instance_uid": self.uid,
            "state": self.state,
            "revision": self.revision,
            "objects": self.objects,
            "objects_expected": self.expected,
            **({"warning": self.warning} if self.warning else {}),
        }


def list_studies(client: Client, target: Target) -> Iterator[RemoteStudy]:
    """Every study of the target."""
    if target.kind is TargetKind.STUDY:
        study = _study(client.one(f"studies/{target.name}"))
        if study.uid != target.name:
            raise AnswerError("the server sent another study than was asked for")
        yield study
        return
    client.one(f"patients/{target.name}")  # an unknown patient is an error, not an empty list
    for item in client.items("studies", patient=target.name):
        study = _study(item)
        if study.pseudonym != target.name:
            raise AnswerError("the server listed a study of somebody else")
        yield study


def _study(item: Json) -> RemoteStudy:
    return RemoteStudy(
        pseudonym=checked_pseudonym(item.get("pseudonym")),
        uid=checked_uid(item.get("study_instance_uid")),
        objects=checked_size(item.get("instance_count")),
        state=_one_of(item.get("state"), STATES),
        revision=_number(item.get("revision")),
        reason=_one_of(item.get("state_reason"), frozenset({FEWER, LOST})),
        expected=_number(item.get("objects_expected")),
    )


def _one_of(value: object, known: frozenset[str]) -> str | None:
    """A code that we know; what a newer server says besides, or a hostile one, is not repeated."""
    return value if isinstance(value, str) and value in known else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
