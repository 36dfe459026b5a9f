"""A release as the server tells of it: its state, and its files page by page, every name checked here, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from osteon.transfer.client import Client, Json
from osteon.transfer.errors import AnswerError, NotReadyError
from osteon.transfer.names import checked_path, checked_pseudonym, checked_sha256, checked_size, checked_uid

READY = "ready"
STATES = frozenset({"building", READY, "failed", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRelease:
    """One release. `manifest_sha256`: of its manifest as it is now; an erasure changes it."""

    number: int
    state: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One file of a release, its size (bytes) and SHA-256 as the server's word; what it is of, where it is of one."""

    release: int
    path: PurePosixPath
    kind: str
    size: int
    sha256: str
    pseudonym: str | None = None
    study_instance_uid: str | None = None
    series_instance_uid: str | None = None

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def address(self) -> str:
        return f"releases/{self.release}/files/{quote(str(self.path))}"

    @property
    def listed_at(self) -> str:
        return f"releases/{self.release}"

    @property
    def is_of_the_bag(self) -> bool:
        """It makes a bag of the others, and is not below `data`."""
        return self.path.parts[0] != "data"


def read_release(client: Client, number: int) -> RemoteRelease:
    """Raises NotReadyError for one that has no files to give."""
    answer = client.one(f"releases/{number}")
    if answer.get("number") != number:
        raise AnswerError("the server sent another release than was asked for")
    state = answer.get("state")
    if not isinstance(state, str) or state not in STATES:
        raise AnswerError("the server sent a state that is none")
    if state != READY:
        raise NotReadyError(f"release {number} is {state}: it has no files to give")
    return RemoteRelease(number=number, state=state, manifest_sha256=checked_sha256(answer.get("manifest_sha256")))


def list_release(client: Client, number: int) -> tuple[ReleaseFile, ...]:
    """Every file of it, in path order. Raises NotAllowedError for one who may not have all of them yet."""
    files = list(_files(client, number))
    if not any(file.is_of_the_bag for file in files):
        client.one(f"releases/{number}/manifest")  # refused, with the server's reason
        raise AnswerError("the server listed the release without its manifest")
    if len({file.path for file in files}) != len(files):
        raise AnswerError("the server listed one path twice")
    return tuple(sorted(files, key=lambda file: file.path))


def release_file(number: int, item: Json) -> ReleaseFile:
    """As the server's list and the manifest tell of it. Raises AnswerError."""
    return ReleaseFile(
        release=number,
        path=checked_path(item.get("path")),
        kind=_kind(item),
        size=checked_size(item.get("size")),
        sha256=checked_sha256(item.get("sha256")),
        pseudonym=_optional(item, "pseudonym", checked_pseudonym),
        study_instance_uid=_optional(item, "study_instance_uid", checked_uid),
        series_instance_uid=_optional(item, "series_instance_uid", checked_uid),
    )


def _files(client: Client, number: int) -> Iterator[ReleaseFile]:
    for item in client.items(f"releases/{number}/files"):
        yield release_file(number, item)


def _kind(item: Json) -> str:
    kind = item.get("kind")
    if not isinstance(kind, str) or not kind.isalpha() or not kind.isascii():
        raise AnswerError("the server sent a kind of file that is none")
    return kind


def _optional(item: Json, name: str, checked: Any) -> str | None:
    value = item.get(name)
    if value is None:
        return None
    found: str = checked(value)
    return found
