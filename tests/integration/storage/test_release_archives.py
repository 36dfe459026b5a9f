"""A release as tar and zip: read back by Python, by tar and by unzip; in constant memory, and whole or broken off."""

import hashlib
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.errors import ImageMissingError
from storage.releases import archive_zip, reading_ahead
from storage.releases.archive import ArchiveFormat, archive
from storage.releases.archive_tar import tar
from storage.releases.archive_zip import zipped
from storage.releases.content import ReleaseContent
from storage.releases.erasing import Eraser
from storage.releases.errors import ErasedFileError
from storage.releases.reading_ahead import AlteredFileError, InTurn, in_turn
from storage.releases.records import ErasureReason, FileKind, FileRecord, ReleaseRecord
from tests.builders.programs import program
from tests.builders.registry import OTHER_PSEUDONYM
from tests.builders.release_place import Place, objects

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
AT = datetime(2031, 8, 1, 12, 30, 44, tzinfo=UTC)


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*objects())
    return made


@pytest.fixture
def release(place: Place) -> ReleaseRecord:
    return place.built()


def packed(place: Place, release: ReleaseRecord, wanted: ArchiveFormat) -> Iterator[bytes]:
    return archive(release, wanted, place.files, ReleaseContent(place.images, place.made))


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def wanted_files(place: Place, release: ReleaseRecord) -> dict[str, bytes]:
    return {f"osteon-release-1/{each.path}": place.bytes_of(1, each) for each in place.listed(release.number)}


@pytest.fixture(params=["small", "streamed"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The files are read ahead, or each is taken to be too large for that."""
    if request.param == "streamed":
        monkeypatch.setattr(reading_ahead, "SMALL_BYTES", 0)
    chosen: str = request.param
    return chosen


@on_sqlite
@pytest.mark.usefixtures("size")
def test_the_tar_holds_the_bag_for_python_and_for_tar(place: Place, release: ReleaseRecord, tmp_path: Path) -> None:
    content = b"".join(packed(place, release, ArchiveFormat.TAR))
    (tmp_path / "release.tar").write_bytes(content)
    (tmp_path / "out").mkdir()

    assert len(content) % tarfile.RECORDSIZE == 0
    with tarfile.open(fileobj=io.BytesIO(content)) as opened:
        found = {each.name: opened.extractfile(each).read() for each in opened}  # type: ignore[union-attr]
    done = subprocess.run(
        ["tar", "--warning=no-timestamp", "-xf", tmp_path / "release.tar", "-C", tmp_path / "out"],
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    assert found == files_in(tmp_path / "out") == wanted_files(place, release)


@on_sqlite
@pytest.mark.usefixtures("size")
def test_the_zip_holds_the_bag_for_python_and_for_unzip(place: Place, release: ReleaseRecord, tmp_path: Path) -> None:
    (tmp_path / "release.zip").write_bytes(b"".join(packed(place, release, ArchiveFormat.ZIP)))

    with zipfile.ZipFile(tmp_path / "release.zip") as opened:
        assert opened.testzip() is None
        found = {name: opened.read(name) for name in opened.namelist()}
        assert {each.compress_type for each in opened.infolist()} == {zipfile.ZIP_STORED}
        assert {each.date_time for each in opened.infolist()} == {(2031, 8, 1, 12, 0, 0)}
    assert found == wanted_files(place, release)
    unzip = program("unzip")
    subprocess.run([unzip, "-t", tmp_path / "release.zip"], capture_output=True, check=True)
    subprocess.run([unzip, "-q", tmp_path / "release.zip", "-d", tmp_path / "out"], capture_output=True, check=True)
    assert files_in(tmp_path / "out") == found


@on_sqlite
@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("wanted", ArchiveFormat)
def test_a_file_that_was_altered_breaks_the_stream_off(
    place: Place, release: ReleaseRecord, wanted: ArchiveFormat
) -> None:
    victim = objects()[2].orthanc_id
    place.images.files[victim] = place.images.files[victim][:-1] + b"!"
    with pytest.raises(AlteredFileError):
        b"".join(packed(place, release, wanted))


@on_sqlite
def test_an_object_that_vanished_breaks_the_stream_off(place: Place, release: ReleaseRecord) -> None:
    del place.images.files[objects()[2].orthanc_id]
    with pytest.raises(ImageMissingError):
        b"".join(packed(place, release, ArchiveFormat.TAR))


@on_sqlite
def test_a_stream_ends_when_a_patient_is_erased_meanwhile(place: Place, release: ReleaseRecord) -> None:
    stream = packed(place, release, ArchiveFormat.ZIP)
    next(stream)
    Eraser(place.engine, place.made).erase(1, OTHER_PSEUDONYM, ErasureReason.OBJECTION)
    with pytest.raises((ErasedFileError, ImageMissingError)):
        b"".join(stream)


def test_no_more_is_read_ahead_than_a_fixed_number_of_bytes() -> None:
    opened = 0

    def read(file: FileRecord) -> Iterator[bytes]:
        nonlocal opened
        opened += 1
        yield bytes(file.size)

    size = 4 << 20
    digest = hashlib.sha256(bytes(size)).hexdigest()
    files = [FileRecord(path=f"{n}", kind=FileKind.DICOM, size=size, sha256=digest) for n in range(40)]
    for count, _ in enumerate(in_turn(files, read), start=1):
        assert opened <= count + reading_ahead.AHEAD_BYTES // size
    assert opened == 40


def test_a_stream_that_is_closed_reads_no_more() -> None:
    opened: list[str] = []

    def read(file: FileRecord) -> Iterator[bytes]:
        opened.append(file.path)
        yield b"x"

    digest = hashlib.sha256(b"x").hexdigest()
    files = (FileRecord(path=f"{n}", kind=FileKind.DICOM, size=1, sha256=digest) for n in range(10_000))
    stream = in_turn(files, read)
    next(stream)
    stream.close()
    assert len(opened) < 200


def large(size: int) -> tuple[FileRecord, Iterator[bytes]]:
    """Zeros that nobody has to hold."""
    piece = bytes(1 << 24)
    file = FileRecord(path="data/large", kind=FileKind.NIFTI, size=size, sha256="")
    return file, (piece[: min(len(piece), size - start)] for start in range(0, size, len(piece)))


@pytest.mark.long
def test_a_zip_of_more_than_four_gigabytes_is_one_for_unzip_and_python(tmp_path: Path) -> None:
    """Written as a sparse file: a hole for each piece of zeros."""
    file, pieces = large((1 << 32) + 12_345)
    after = FileRecord(path="data/small", kind=FileKind.TEXT, size=5, sha256="")
    entries = [InTurn(file=file, whole=None, pieces=pieces), InTurn(file=after, whole=b"small", pieces=iter(()))]
    target = tmp_path / "large.zip"
    with target.open("wb") as out:
        for piece in zipped(entries, [file, after], "bag", AT):
            if piece.count(0) == len(piece):
                out.seek(len(piece), 1)
            else:
                out.write(piece)
        out.truncate()

    with zipfile.ZipFile(target) as opened:
        assert [each.file_size for each in opened.infolist()] == [file.size, 5]
        assert opened.read("bag/data/small") == b"small"
        assert opened.getinfo("bag/data/small").header_offset > 1 << 32
    listing = subprocess.run([program("unzip"), "-l", target], capture_output=True, check=True, text=True).stdout
    assert str(file.size) in listing


@pytest.mark.long
def test_a_tar_of_more_than_eight_gigabytes_is_one_for_tar(tmp_path: Path) -> None:
    file, pieces = large((8 << 30) + 7)
    target = tmp_path / "large.tar"
    with target.open("wb") as out:
        for piece in tar([InTurn(file=file, whole=None, pieces=pieces)], "bag", AT):
            if piece.count(0) == len(piece):
                out.seek(len(piece), 1)
            else:
                out.write(piece)
        out.truncate()

    listing = subprocess.run(["tar", "-tvf", target], capture_output=True, check=True, text=True).stdout
    assert str(file.size) in listing


@pytest.mark.long
def test_a_zip_of_more_than_65535_files_is_one(tmp_path: Path) -> None:
    files = [FileRecord(path=f"data/{n:06d}", kind=FileKind.TEXT, size=1, sha256="") for n in range(70_000)]
    entries = (InTurn(file=each, whole=b"x", pieces=iter(())) for each in files)
    target = tmp_path / "many.zip"
    target.write_bytes(b"".join(zipped(entries, files, "bag", AT)))

    with zipfile.ZipFile(target) as opened:
        assert len(opened.namelist()) == 70_000
        assert opened.read("bag/data/069999") == b"x"
    listing = subprocess.run([program("unzip"), "-l", target], capture_output=True, check=True, text=True).stdout
    assert "70000 files" in listing


def test_the_numbers_of_the_format_are_those_of_python() -> None:
    assert archive_zip.LOCAL.to_bytes(4, "little") == b"PK\3\4"
    assert archive_zip.CENTRAL.to_bytes(4, "little") == b"PK\1\2"
    assert archive_zip.END.to_bytes(4, "little") == b"PK\5\6"
