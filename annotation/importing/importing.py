"""Import one object made elsewhere: checked, understood, measured anew, and made into drafts."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from annotation.importing.contours import from_contours
from annotation.importing.drafting import Imported, Importing, make_drafts
from annotation.importing.foreign_object import Form, read_object
from annotation.importing.ports import Registry
from annotation.importing.reports import from_report
from annotation.importing.segments import from_segmentation
from annotation.ports import Clock, UnitOfWork

_READERS = {Form.REPORT: from_report, Form.SEGMENTATION: from_segmentation, Form.CONTOURS: from_contours}
_UID_BYTES = 16  # of a UUID: what follows 2.25 (PS3.5 B.2)


def import_file(
    file: bytes, chosen: Mapping[int, UUID], *, by: str, now: Clock, registry: Registry, uow: UnitOfWork
) -> Imported:
    """A file that did not come through the door. `chosen`: lesions by the number of the part that is about them.

    Raises UnreadableObjectError, NotFoundError, UnacceptableError, NotNowError, and `LesionModelError` for images that
    cannot be measured; nothing is kept then.
    """
    return _import(file, None, chosen, by=by, now=now, registry=registry, uow=uow)


def import_stored(
    sop_instance_uid: str,
    chosen: Mapping[int, UUID],
    *,
    by: str,
    now: Clock,
    registry: Registry,
    uow: UnitOfWork,
) -> Imported:
    """An object that did. Raises ObjectNotFoundError, and what `import_file` raises."""
    file = registry.file(sop_instance_uid)
    return _import(file, sop_instance_uid, chosen, by=by, now=now, registry=registry, uow=uow)


def uid_of_origin(sop_instance_uid: str) -> str:
    """What a draft keeps of the UID of an object from elsewhere: who has the object can compute it again, and a
    hospital's own number in it is not kept."""
    digest = hashlib.sha256(f"osteon imported object/{sop_instance_uid}".encode("ascii")).digest()
    return f"2.25.{int.from_bytes(digest[:_UID_BYTES], 'big')}"


def _import(
    file: bytes,
    stored_as: str | None,
    chosen: Mapping[int, UUID],
    *,
    by: str,
    now: Clock,
    registry: Registry,
    uow: UnitOfWork,
) -> Imported:
    """Everything slow comes before the unit of work, which keeps others waiting."""
    source = read_object(file, registry)
    importing = Importing(
        source=source,
        document_uid=stored_as or uid_of_origin(source.sop_instance_uid),
        parts=_READERS[source.form](source, registry),
        chosen=chosen,
        by=by,
        now=now,
    )
    return make_drafts(importing, uow)
