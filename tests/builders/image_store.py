"""Orthanc as the forwarder sees it, without one."""

from collections.abc import Collection, Iterator

from dicom_node.pieces import Pieces, pieces_of
from storage.orthanc import Placed


class StoreInMemory:
    """Its failures can be chosen."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.error: Exception | None = None
        self.is_ready = False

    def store(self, file: bytes | Pieces, expected_id: str) -> Placed:
        if self.error is not None:
            raise self.error
        already = expected_id in self.files
        self.files.setdefault(expected_id, b"".join(pieces_of(file)))
        return Placed(expected_id, already=already)

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        yield self.files[orthanc_id]

    def ready(self) -> bool:
        return self.is_ready

    def last_change(self) -> int | None:
        return len(self.files) if self.is_ready else None

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        if self.error is not None:
            raise self.error
        return frozenset(self.files).intersection(orthanc_ids)
