"""Releases for one request: everything is done in the name of the one who asks, and given to those who may have it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request

from annotation.roles import Role
from api.audit_trail import source_of, trail_of
from api.authentication import Reader
from api.callers import Caller
from api.release_parts import ReleaseParts
from api.revocable import while_allowed
from api.services import EngineOf, ImagesOf, Services, services_of
from storage.audit_behalf import Behalf
from storage.releases.content import ReleaseContent
from storage.releases.erasing import Eraser
from storage.releases.files import ReleaseFiles
from storage.releases.grants import Grants
from storage.releases.records import FileRecord, ReleaseRecord
from storage.releases.store import Releases


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDesk:
    """Releases, for one request."""

    parts: ReleaseParts
    caller: Caller
    behalf: Behalf
    store: Releases
    grants: Grants
    files: ReleaseFiles
    content: ReleaseContent
    eraser: Eraser

    @property
    def sees_all(self) -> bool:
        """Who manages releases sees which there are, and what is in them; the administrator has no files of them."""
        return bool(self.caller.roles & {Role.CUSTODIAN, Role.ADMINISTRATOR})

    def shown(self, number: int) -> ReleaseRecord:
        """What a release is, for one who may know. Raises NoSuchReleaseError, AccessRefusedError."""
        if not self.sees_all:
            self.grants.check(number, self.caller.label)
        (found,) = self.told(self.store.get(number))
        return found

    def told(self, *found: ReleaseRecord) -> tuple[ReleaseRecord, ...]:
        """For one who reads a study of it blindly without its numbers of files: they tell how much others have read."""
        blind_to = self.grants.blind_to([each.number for each in found], self.caller.label)
        return tuple(replace(each, counts=None) if each.number in blind_to else each for each in found)

    def check_may_have(self, number: int) -> None:
        """Raises NoSuchReleaseError, AccessRefusedError; for the custodian, nothing."""
        if Role.CUSTODIAN not in self.caller.roles:
            self.grants.check(number, self.caller.label)

    def given(self, number: int) -> ReleaseRecord:
        """A release for one who may have its files. Raises NoSuchReleaseError, AccessRefusedError, NotReadyError."""
        self.check_may_have(number)
        return self.files.ready(number)

    def given_with_readings(self, number: int) -> ReleaseRecord:
        """And its readings with them: raises StillBlindError too."""
        found = self.given(number)
        self.grants.check_sight(number, self.caller.label)
        return found

    def while_given(self, release: ReleaseRecord, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Files of it as a stream that breaks off soon after the grant is over, or somebody is erased.

        Raises AccessRefusedError, ErasedFileError.
        """

        def check() -> None:
            self.check_may_have(release.number)
            self.files.check_erasures(release.number, len(release.tombstones))

        return while_allowed(pieces, check)

    def while_file_given(self, number: int, file: FileRecord, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same of one file: erasures of others are nothing to it."""

        def check() -> None:
            self.check_may_have(number)
            self.files.check_still(number, file)

        return while_allowed(pieces, check)


async def _parts(services: Annotated[Services, Depends(services_of)]) -> ReleaseParts:
    assert services.releases is not None  # noqa: S101 - the routes are there only with it
    return services.releases


def _desk(
    request: Request,
    reader: Reader,
    engine: EngineOf,
    images: ImagesOf,
    parts: Annotated[ReleaseParts, Depends(_parts)],
) -> ReleaseDesk:
    trail = trail_of(request.scope)
    behalf = Behalf(by=reader.label, source=source_of(request.scope), noted=trail.count_note)
    return ReleaseDesk(
        parts=parts,
        caller=reader,
        behalf=behalf,
        store=Releases(engine, behalf=behalf),
        grants=Grants(engine, behalf=behalf),
        files=ReleaseFiles(engine),
        content=ReleaseContent(images, parts.made),
        eraser=Eraser(engine, parts.made, behalf=behalf),
    )


DeskOf = Annotated[ReleaseDesk, Depends(_desk)]
