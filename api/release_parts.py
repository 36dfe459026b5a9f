"""What the routes of releases work with, given to the application: where files are, who finds series, who builds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from api.places import Places
from storage.audit_behalf import Behalf
from storage.releases.made import MadeFiles
from storage.releases.records import Versions

FILES_OF_ONE, FILES_OF_ALL = 32, 128
ARCHIVES_OF_ONE, ARCHIVES_OF_ALL = 2, 4


class CohortQueries(Protocol):
    """Checks what is to be released before anything is begun."""

    def checked(self, query: Mapping[str, Any], *, may_be_empty: bool = False) -> Mapping[str, Any]:
        """The query as it is kept. Raises UnacceptableReleaseError and its own errors, EmptyCohortError."""

    def saved(self, name: str, version: int | None) -> tuple[Mapping[str, Any], int]:
        """A saved query, and its version: the newest without one. Raises its own errors."""


class Builds(Protocol):
    """Has releases built by somebody else."""

    def ask(self, connection: Connection, number: int, behalf: Behalf) -> str:
        """Ask for it in the transaction that begins the release; the job's id."""

    def cancel(self, job: str, behalf: Behalf) -> None:
        """Whether or not it still runs."""

    def is_over(self, job: str) -> bool:
        """Nobody builds any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseParts:
    """Everything of releases that outlives a request. `versions`: as they are here when a release is begun."""

    made: MadeFiles
    versions: Callable[[], Versions]
    cohorts: CohortQueries
    builds: Builds
    file_places: Places = field(default_factory=lambda: Places(of_one=FILES_OF_ONE, of_all=FILES_OF_ALL))
    archive_places: Places = field(default_factory=lambda: Places(of_one=ARCHIVES_OF_ONE, of_all=ARCHIVES_OF_ALL))
