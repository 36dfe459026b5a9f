"""Looking up the files of a release: by path, in pages, all of them."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Engine, func, select

from storage.catalogue_records import Page, PageKey
from storage.errors import PageKeyError
from storage.releases.errors import ErasedFileError, NoSuchReleaseFileError, NotReadyError
from storage.releases.records import FileKind, FileRecord, ReleaseRecord, ReleaseState
from storage.releases.rows import FILES, PAGE, RELEASES, TOMBSTONES, file_record, is_there, release
from storage.releases.tables import PATH_LENGTH


class ReleaseFiles:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        return self._engine

    def ready(self, number: int) -> ReleaseRecord:
        """Raises NoSuchReleaseError, NotReadyError."""
        with self._engine.connect() as connection:
            found = release(connection, number)
        if found.state is not ReleaseState.READY:
            raise NotReadyError(number, found.state.value)
        return found

    def one(self, number: int, path: str) -> FileRecord:
        """Of a release that is ready: asked for once for every file that is fetched, and so in one query.

        Raises NoSuchReleaseError, NotReadyError, NoSuchReleaseFileError, ErasedFileError.
        """
        if not 0 < len(path) <= PATH_LENGTH or not path.isprintable():
            self.ready(number)
            raise NoSuchReleaseFileError
        wanted = (
            select(FILES)
            .join(RELEASES, RELEASES.c.number == FILES.c.release)
            .where(FILES.c.release == number, FILES.c.path == path, RELEASES.c.state == ReleaseState.READY.value)
            .order_by(FILES.c.from_erasure.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None:
            self.ready(number)
            raise NoSuchReleaseFileError
        if row["to_erasure"] is not None:
            raise ErasedFileError(row["pseudonym"])
        return file_record(row)

    def page(
        self,
        number: int,
        *,
        limit: int,
        after: PageKey | None = None,
        kind: FileKind | None = None,
        without: Collection[FileKind] = (),
    ) -> Page[FileRecord]:
        """By path, `without` some kinds. Raises PageKeyError."""
        wanted = select(FILES).where(is_there(number)).order_by(FILES.c.path).limit(limit + 1)
        if kind is not None:
            wanted = wanted.where(FILES.c.kind == kind.value)
        if without:
            wanted = wanted.where(FILES.c.kind.not_in([each.value for each in without]))
        if after is not None:
            if len(after) != 1:
                raise PageKeyError("not a place in this list")
            wanted = wanted.where(FILES.c.path > after[0])
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).mappings().all()
        items = tuple(map(file_record, rows[:limit]))
        return Page(items=items, next_key=(items[-1].path,) if len(rows) > limit else None)

    def every(self, number: int, *, erasures: int | None = None) -> Iterator[FileRecord]:
        """By path, page by page; no connection is held between pages.

        `erasures`: how many there were when somebody began to read. Raises ErasedFileError when there are more.
        """
        after: PageKey | None = None
        while True:
            if erasures is not None:
                self.check_erasures(number, erasures)
            page = self.page(number, limit=PAGE, after=after)
            yield from page.items
            after = page.next_key
            if after is None:
                return

    def patients(self, number: int) -> list[str]:
        """Of whom it has files, in order."""
        wanted = select(FILES.c.pseudonym).where(is_there(number), FILES.c.pseudonym.is_not(None)).distinct()
        with self._engine.connect() as connection:
            return list(connection.scalars(wanted.order_by(FILES.c.pseudonym)))

    def some(self, number: int, paths: Sequence[str]) -> list[FileRecord]:
        """In the order of `paths`. Raises NoSuchReleaseFileError, ErasedFileError."""
        wanted = (
            select(FILES)
            .where(FILES.c.release == number, FILES.c.path.in_(paths))
            .order_by(FILES.c.from_erasure)  # the newest of a path last
        )
        with self._engine.connect() as connection:
            found = {row["path"]: row for row in connection.execute(wanted).mappings()}
        for row in found.values():
            if row["to_erasure"] is not None:
                raise ErasedFileError(row["pseudonym"])
        if found.keys() != set(paths):
            raise NoSuchReleaseFileError
        return [file_record(found[path]) for path in paths]

    def check_still(self, number: int, file: FileRecord) -> None:
        """Raises ErasedFileError when it was erased, or rewritten without a patient who was."""
        if self.one(number, file.path).sha256 != file.sha256:
            raise ErasedFileError(None)

    def check_erasures(self, number: int, erasures: int) -> None:
        """Raises ErasedFileError when somebody was erased since there were so many."""
        wanted = select(func.count()).where(TOMBSTONES.c.release == number)
        with self._engine.connect() as connection:
            if connection.scalar(wanted) != erasures:
                raise ErasedFileError(None)
