"""The files behind a target, as the server lists them: every name is checked here, once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from osteon.transfer.client import Client, Json
from osteon.transfer.errors import AnswerError
from osteon.transfer.names import (
    Target,
    TargetKind,
    checked_pseudonym,
    checked_sha256,
    checked_size,
    checked_uid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """One object: its names are safe in a path, its size (bytes) and SHA-256 are the server's word."""

    pseudonym: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    size: int
    sha256: str

    @property
    def series_folder(self) -> PurePosixPath:
        return PurePosixPath(self.pseudonym, self.study_instance_uid, self.series_instance_uid)

    @property
    def path(self) -> PurePosixPath:
        """Below the folder of the pull."""
        return self.series_folder / f"{self.sop_instance_uid}.dcm"


def list_files(client: Client, target: Target) -> tuple[RemoteFile, ...]:
    """Every file of the target, in path order."""
    files = [file for study in _studies(client, target) for file in _files_of(client, study)]
    if len({file.sop_instance_uid for file in files}) != len(files):
        raise AnswerError("the server listed one object twice")
    return tuple(sorted(files, key=lambda file: file.path))


def count_objects(client: Client, target: Target) -> Counter[str]:
    """How many objects each study of the target has by the server's own count."""
    return Counter({study.uid: study.objects for study in _studies(client, target)})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    pseudonym: str
    uid: str
    objects: int


def _studies(client: Client, target: Target) -> Iterator[_Study]:
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


def _study(item: Json) -> _Study:
    return _Study(
        pseudonym=checked_pseudonym(item.get("pseudonym")),
        uid=checked_uid(item.get("study_instance_uid")),
        objects=checked_size(item.get("instance_count")),
    )


def _files_of(client: Client, study: _Study) -> Iterator[RemoteFile]:
    for item in client.items(f"studies/{study.uid}/instances"):
        if (item.get("pseudonym"), item.get("study_instance_uid")) != (study.pseudonym, study.uid):
            raise AnswerError("the server listed an object of another study")
        yield RemoteFile(
            pseudonym=study.pseudonym,
            study_instance_uid=study.uid,
            series_instance_uid=checked_uid(item.get("series_instance_uid")),
            sop_instance_uid=checked_uid(item.get("sop_instance_uid")),
            size=checked_size(item.get("size")),
            sha256=checked_sha256(item.get("sha256")),
        )
