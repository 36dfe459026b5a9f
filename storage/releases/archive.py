"""A release as one stream, for browsers: the bag as it is pulled, in a tar or a zip."""

from collections.abc import Iterator, Sequence
from enum import Enum

from storage.releases.archive_tar import tar
from storage.releases.archive_zip import zipped
from storage.releases.content import ReleaseContent
from storage.releases.files import ReleaseFiles
from storage.releases.reading_ahead import in_turn
from storage.releases.records import FileRecord, ReleaseRecord

CHECKED_EVERY = 32
"""Files of a bundle, between two looks at whether somebody was erased."""


class ArchiveFormat(Enum):
    """How it is packed; never compressed: deflating images gains little and costs twenty times what reading does."""

    TAR = "tar"
    ZIP = "zip"


def archive_name(number: int) -> str:
    """The folder inside, and the file's name without its extension."""
    return f"osteon-release-{number}"


def bundle(
    release: ReleaseRecord, wanted: Sequence[FileRecord], files: ReleaseFiles, content: ReleaseContent
) -> Iterator[bytes]:
    """The bytes of some files of it, one after the other. Raises what `archive` does."""
    for _, pieces in one_by_one(release, wanted, files, content):
        yield from pieces


def one_by_one(
    release: ReleaseRecord, wanted: Sequence[FileRecord], files: ReleaseFiles, content: ReleaseContent
) -> Iterator[tuple[FileRecord, Iterator[bytes]]]:
    """Some files of it, each to be read before the next is taken. Raises what `archive` does."""

    def read(file: FileRecord) -> Iterator[bytes]:
        return content.read(release.number, file)

    def while_nobody_is_erased() -> Iterator[FileRecord]:
        for number, file in enumerate(wanted):
            if number % CHECKED_EVERY == 0:
                files.check_erasures(release.number, len(release.tombstones))
            yield file

    found = in_turn(while_nobody_is_erased(), read, lambda file: content.whole(release.number, file))
    try:
        for each in found:
            yield each.file, iter((each.whole,)) if each.whole is not None else each.pieces
    finally:
        found.close()


def archive(
    release: ReleaseRecord, wanted: ArchiveFormat, files: ReleaseFiles, content: ReleaseContent
) -> Iterator[bytes]:
    """Close it to end early. Breaks off when somebody is erased from the release meanwhile (ErasedFileError).

    Raises what the image store raises, and AlteredFileError.
    """

    def read(file: FileRecord) -> Iterator[bytes]:
        return content.read(release.number, file)

    def listed() -> Iterator[FileRecord]:
        return files.every(release.number, erasures=len(release.tombstones))

    found = in_turn(listed(), read, lambda file: content.whole(release.number, file))
    name, at = archive_name(release.number), release.created_at
    try:
        if wanted is ArchiveFormat.TAR:
            yield from tar(found, name, at)
        else:
            yield from zipped(found, listed(), name, at)
    finally:
        found.close()
