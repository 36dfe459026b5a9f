"""What can go wrong where the registry is kept.

StorageError
├── DatabaseUrlError        correct the setting
├── MigrationError          the database is not one that this version can bring up to date
├── LedgerConflictError     a stored object says otherwise; keep both, overwrite neither
├── NotInCatalogueError     ask for something else
├── PageKeyError            start again at the first page
├── StoredLesionError       a row of a lesion is damaged: restore it from a backup
├── StoredDraftError        a row of a draft is damaged: restore it from a backup
├── StoredReadingError      a row of a reading is damaged: restore it from a backup
├── StoredContextError      a row of a clinical context is damaged: restore it from a backup
├── StoredCohortError       a saved query is damaged, or of a newer version: restore it, or upgrade
├── StoredAuditError        a row of the audit log is damaged: run `osteon audit verify`
└── ImageStoreError         the image store did not give what was asked for
    ├── ImageStoreUnavailableError  try again later
    ├── ImageStoreSilentError       it takes too long: ask for less, or later
    ├── ImageStoreFailedError       it answered what it should not: look into its log
    ├── ImageMissingError           the ledger knows it, the image store does not: run the doctor
    └── ImageRejectedError          the image store will never take this object: set it aside

Messages carry pseudonyms and pseudonymised UIDs only, and never a database URL (it may hold a password).
"""

from collections.abc import Iterable


class StorageError(Exception):
    """Root of this package's tree; catch it where storage is called from."""


class DatabaseUrlError(StorageError):
    """The database URL cannot be used; correct the setting."""


class MigrationError(StorageError):
    """The database cannot be brought to this version's tables."""


class LedgerConflictError(StorageError):
    """Nothing of the batch was recorded: some of its objects contradict the ledger.

    `sop_instance_uids` names them, so that the caller can record the others without them.
    """

    def __init__(self, message: str, sop_instance_uids: Iterable[str]) -> None:
        super().__init__(message)
        self.sop_instance_uids = tuple(sorted(set(sop_instance_uids)))


class NotInCatalogueError(StorageError):
    """There is no such patient, study, series or object. What was asked for is not repeated."""


class PageKeyError(StorageError):
    """The place in a list to go on from is none; start again at the first page."""


class StoredLesionError(StorageError):
    """A lesion was kept that the lesion model refuses; its content is not repeated."""


class StoredDraftError(StorageError):
    """A draft was kept that the lesion model refuses; its content is not repeated."""


class StoredReadingError(StorageError):
    """A reading was kept that the lesion model refuses; its content is not repeated."""


class StoredContextError(StorageError):
    """A clinical context was kept that the lesion model refuses; its content is not repeated."""


class StoredCohortError(StorageError):
    """A query was saved that this version cannot read; its content is not repeated."""


class StoredAuditError(StorageError):
    """An entry of the audit log says what no entry says; its content is not repeated."""


class ImageStoreError(StorageError):
    """The image store did not give what was asked for."""


class ImageStoreUnavailableError(ImageStoreError):
    """The image store does not answer; try again later."""


class ImageStoreSilentError(ImageStoreError):
    """The image store was reached, and then nothing came for too long."""


class ImageStoreFailedError(ImageStoreError):
    """The image store failed over the request, or broke its answer off."""


class ImageMissingError(ImageStoreError):
    """The ledger knows the object, but the image store has no file for it."""


class ImageRejectedError(ImageStoreError):
    """The image store will never take this object; sending it again does not help."""
