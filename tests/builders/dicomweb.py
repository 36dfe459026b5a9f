"""A DICOMweb server in memory that finds nothing, and whose objects have no content."""

from collections.abc import AsyncIterator, Mapping, Sequence

JSON = "application/dicom+json"


class EmptyAnswer:
    """Satisfies `api.dicomweb.archive.SourceAnswer`."""

    status = 200

    def __init__(self, *, is_json: bool) -> None:
        self.headers: Mapping[str, str] = {"content-type": JSON if is_json else "application/dicom"}
        self._body = b"[]" if is_json else b""

    async def pieces(self) -> AsyncIterator[bytes]:
        yield self._body

    async def aclose(self) -> None:
        """There is nothing to end."""


class EmptySource:
    """Satisfies `api.dicomweb.archive.DicomWebSource`."""

    async def open(
        self, path: Sequence[str], query: Sequence[tuple[str, str]], headers: Mapping[str, str]
    ) -> EmptyAnswer:
        del path, query
        return EmptyAnswer(is_json=headers.get("accept") == JSON)
