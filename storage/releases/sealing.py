"""The manifest and the files that make a bag (RFC 8493) of a release, written while its files are listed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from storage.releases.layout import BAG_DECLARATION, BAG_INFO, MANIFEST, PAYLOAD_MANIFEST, TAG_MANIFEST
from storage.releases.made import Draft, Made, MadeFiles
from storage.releases.records import FileKind, FileRecord, ReleaseRecord, Tombstone
from storage.releases.rows import FILES, PAGE, SERIES, files_in_order, is_there
from storage.releases.tables import ReleaseEntryRow, ReleaseReadingRow

FORMAT, FORMAT_VERSION = "osteon-release", 1
BAG = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
READINGS = ReleaseReadingRow.__table__
ENTRIES = ReleaseEntryRow.__table__

Item = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The files of the bag, the manifest among them, and what is in it."""

    files: tuple[FileRecord, ...]
    manifest_sha256: str
    counts: dict[str, Any]


def seal(
    connection: Connection,
    release: ReleaseRecord,
    made: MadeFiles,
    replaced: Mapping[str, FileRecord] = MappingProxyType({}),
) -> Sealed:
    """Write them from the files that the release has in this transaction. Raises NoRoomError.

    `release.tombstones` are those that the manifest tells: files of these patients are left out. `replaced`: files
    that are to take the place of those of the same path.
    """
    number = release.number
    contents = _Listing(connection, release, replaced)
    counts = contents.count()
    with ExitStack() as stack:
        manifest, payload = (stack.enter_context(made.drafting(number)) for _ in range(2))
        _write_head(release, counts, manifest)
        _write_list(manifest, "tombstones", map(_tombstone, release.tombstones))
        _write_list(manifest, "refused", contents.refused())
        _write_list(manifest, "readings", contents.readings())
        if release.contents.record is not None:
            _write_list(manifest, "entries", contents.entries())
        _write_list(manifest, "series", contents.series())
        _write_list(manifest, "files", contents.files(payload))
        manifest.write(b"\n}\n")
    info = made.write(number, _bag_info(release, counts).encode())
    declaration = made.write(number, BAG.encode())
    tags = {
        BAG_INFO: info,
        BAG_DECLARATION: declaration,
        PAYLOAD_MANIFEST: payload.made,
        MANIFEST: manifest.made,
    }
    lines = "".join(f"{each.sha256}  {path}\n" for path, each in sorted(tags.items()))
    tags[TAG_MANIFEST] = made.write(number, lines.encode())
    return Sealed(
        files=tuple(_tag(path, each) for path, each in sorted(tags.items())),
        manifest_sha256=manifest.made.sha256,
        counts=counts,
    )


class _Listing:
    """What is in a release, without the patients who were erased."""

    def __init__(self, connection: Connection, release: ReleaseRecord, replaced: Mapping[str, FileRecord]) -> None:
        self._connection = connection
        self._number = release.number
        self._erased = sorted(release.erased)
        self._replaced = replaced
        self._with_records = release.contents.record is not None

    def count(self) -> Item:
        patients, studies, series, refused = self._connection.execute(
            select(
                func.count(SERIES.c.pseudonym.distinct()),
                func.count(SERIES.c.study_instance_uid.distinct()),
                func.count(),
                func.count(SERIES.c.refused),
            ).where(SERIES.c.release == self._number, SERIES.c.pseudonym.not_in(self._erased))
        ).one()
        readings = self._connection.scalar(
            select(func.count()).where(READINGS.c.release == self._number, READINGS.c.pseudonym.not_in(self._erased))
        )
        by_kind = self._by_kind()
        return {
            "patients": patients,
            "studies": studies,
            "series": series,
            "refused": refused,
            "readings": readings or 0,
            **self._count_entries(),
            "files": sum(each["files"] for each in by_kind.values()),
            "bytes": sum(each["bytes"] for each in by_kind.values()),
            "by_kind": by_kind,
        }

    def files(self, payload: Draft) -> Iterator[Item]:
        """Each is written into the payload's manifest on the way."""
        for listed in files_in_order(self._connection, self._number, *self._payload()):
            file = self._replaced.get(listed.path, listed)
            payload.write(f"{file.sha256}  {file.path}\n".encode())
            yield {
                "path": file.path,
                "kind": file.kind.value,
                "size": file.size,
                "sha256": file.sha256,
                "pseudonym": file.pseudonym,
                "study_instance_uid": file.study_instance_uid,
                "series_instance_uid": file.series_instance_uid,
                "sop_instance_uid": file.sop_instance_uid,
            }

    def refused(self) -> Iterator[Item]:
        wanted = (
            select(SERIES.c.series_instance_uid, SERIES.c.refused)
            .where(
                SERIES.c.release == self._number,
                SERIES.c.refused.is_not(None),
                SERIES.c.pseudonym.not_in(self._erased),
            )
            .order_by(SERIES.c.series_instance_uid)
            .execution_options(yield_per=PAGE)
        )
        for uid, reason in self._connection.execute(wanted):
            yield {"series_instance_uid": uid, "reason": reason}

    def series(self) -> Iterator[Item]:
        columns = ("series_instance_uid", "study_instance_uid", "pseudonym", "session", "modality")
        wanted = (
            select(*(SERIES.c[name] for name in columns))
            .where(SERIES.c.release == self._number, SERIES.c.pseudonym.not_in(self._erased))
            .order_by(SERIES.c.pseudonym, SERIES.c.session, SERIES.c.series_instance_uid)
            .execution_options(yield_per=PAGE)
        )
        for row in self._connection.execute(wanted):
            yield dict(zip(columns, row, strict=True))

    def readings(self) -> Iterator[Item]:
        wanted = (
            select(READINGS.c.reading_id, READINGS.c.revision)
            .where(READINGS.c.release == self._number, READINGS.c.pseudonym.not_in(self._erased))
            .order_by(READINGS.c.reading_id)
            .execution_options(yield_per=PAGE)
        )
        for reading_id, revision in self._connection.execute(wanted):
            yield {"id": reading_id, "revision": revision}

    def entries(self) -> Iterator[Item]:
        wanted = (
            select(ENTRIES.c.entry_id, ENTRIES.c.version, ENTRIES.c.context_version)
            .where(ENTRIES.c.release == self._number, ENTRIES.c.pseudonym.not_in(self._erased))
            .order_by(ENTRIES.c.entry_id)
            .execution_options(yield_per=PAGE)
        )
        for entry_id, version, context_version in self._connection.execute(wanted):
            yield {"id": entry_id, "version": version, "context_version": context_version}

    def _count_entries(self) -> Item:
        if not self._with_records:
            return {}
        wanted = select(func.count(ENTRIES.c.pseudonym.distinct()), func.count()).where(
            ENTRIES.c.release == self._number, ENTRIES.c.pseudonym.not_in(self._erased)
        )
        patients, entries = self._connection.execute(wanted).one()
        return {"record_patients": patients, "entries": entries}

    def _payload(self) -> tuple[ColumnElement[bool], ...]:
        of_others = or_(FILES.c.pseudonym.is_(None), FILES.c.pseudonym.not_in(self._erased))
        return FILES.c.kind != FileKind.BAG.value, of_others

    def _by_kind(self) -> dict[str, dict[str, int]]:
        sums = (
            select(FILES.c.kind, func.count(), func.sum(FILES.c.size))
            .where(is_there(self._number), *self._payload())
            .group_by(FILES.c.kind)
            .order_by(FILES.c.kind)
        )
        found = {kind: {"files": files, "bytes": int(size)} for kind, files, size in self._connection.execute(sums)}
        sizes = select(FILES.c.path, FILES.c.size).where(is_there(self._number), FILES.c.path.in_(self._replaced))
        for path, size in self._connection.execute(sizes):
            found[self._replaced[path].kind.value]["bytes"] += self._replaced[path].size - size
        return found


def _write_head(release: ReleaseRecord, counts: Item, manifest: Draft) -> None:
    """One item a line, in a fixed order: two manifests can be compared line by line."""
    head = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "release": release.number,
        "name": release.name,
        "created_at": release.created_at.isoformat(timespec="seconds"),
        "frozen_at": None if release.frozen_at is None else release.frozen_at.isoformat(timespec="seconds"),
        **release.versions,
        "cohort": {
            "name": release.cohort[0] if release.cohort else None,
            "version": release.cohort[1] if release.cohort else None,
            "query": release.query,
        },
        "contents": release.contents.document() | {"readings": release.readings.value},
        "previous": release.previous,
        "original_manifest_sha256": release.manifest_sha256,
        "counts": counts,
    }
    for name, value in head.items():
        manifest.write(f"{'{' if name == 'format' else ','}\n{json.dumps(name)}: {_json(value)}".encode())


def _write_list(draft: Draft, name: str, items: Iterator[Item]) -> None:
    draft.write(f",\n{json.dumps(name)}: [".encode())
    for index, item in enumerate(items):
        draft.write(f"{',' if index else ''}\n{_json(item)}".encode())
    draft.write(b"\n]")


def _tombstone(each: Tombstone) -> Item:
    return {
        "pseudonym": each.pseudonym,
        "reason": each.reason,
        "at": each.at.isoformat(timespec="seconds"),
    }


def _bag_info(release: ReleaseRecord, counts: Item) -> str:
    """Without the name: the format has its own rules for long lines."""
    return (
        "Bag-Software-Agent: Osteon\n"
        f"Bagging-Date: {release.created_at.date().isoformat()}\n"
        f"External-Identifier: osteon-release-{release.number}\n"
        f"Payload-Oxum: {counts['bytes']}.{counts['files']}\n"
    )


def _tag(path: str, made: Made) -> FileRecord:
    return FileRecord(path=path, kind=FileKind.BAG, size=made.size, sha256=made.sha256)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
