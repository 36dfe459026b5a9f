"""The files behind a target, as the server lists them: every name is checked here, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from osteon.transfer.client import Client
from osteon.transfer.errors import AnswerError
from osteon.transfer.names import Target, checked_sha256, checked_size, checked_uid
from osteon.transfer.remote_studies import RemoteStudy, list_studies


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
    def name(self) -> str:
        return self.sop_instance_uid

    @property
    def address(self) -> str:
        return f"instances/{self.sop_instance_uid}/file"

    @property
    def listed_at(self) -> str:
        return f"studies/{self.study_instance_uid}"

    @property
    def path(self) -> PurePosixPath:
        """Below the folder of the pull."""
        return self.series_folder / f"{self.sop_instance_uid}.dcm"


def list_files(client: Client, target: Target) -> tuple[RemoteFile, ...]:
    """Every file of the target, in path order."""
    files = [file for study in list_studies(client, target) for file in _files_of(client, study)]
    if len({file.sop_instance_uid for file in files}) != len(files):
        raise AnswerError("the server listed one object twice")
    return tuple(sorted(files, key=lambda file: file.path))


def _files_of(client: Client, study: RemoteStudy) -> Iterator[RemoteFile]:
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
