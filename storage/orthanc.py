"""Orthanc through orthanc-api-client, with what the client leaves out: time limits, and every answer checked."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import requests
from orthanc_api_client import OrthancApiClient
from orthanc_api_client.exceptions import HttpError, OrthancApiException, ResourceNotFound
from requests.adapters import HTTPAdapter

from storage.errors import ImageMissingError, ImageRejectedError, ImageStoreError, ImageStoreUnavailableError
from storage.orthanc_connections import CONNECT_SECONDS, File, OrthancConnections, Seconds

CHUNK_BYTES = 1 << 18
SLOWEST_BYTES_PER_SECOND = 1 << 24
"""Orthanc answers once it has written the file, and hashed it."""

PAGE = 1000
SOON = (1.0, 2.0)
"""Seconds for a connection and an answer, where a late answer is none."""

POOL_SIZE = 10
# Orthanc deflates its answers where it may: for an image that costs twenty times what reading it does.
UNCOMPRESSED = {"Accept-Encoding": "identity"}
_UNAVAILABLE = "Orthanc does not answer as it should"


@dataclass(frozen=True, slots=True)
class Placed:
    """Orthanc's answer to an upload. `already` means that it held an object of these identifiers before."""

    orthanc_id: str
    already: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrthancState:
    """What Orthanc says of itself."""

    version: str
    plugins: tuple[str, ...]
    instances: int


def instance_id(pseudonym: str, study_uid: str, series_uid: str, sop_uid: str) -> str:
    """The id that Orthanc gives an instance: SHA-1 of the four identifiers, in five groups of eight."""
    text = "|".join((pseudonym, study_uid, series_uid, sop_uid))
    digest = hashlib.sha1(text.encode("utf-8"), usedforsecurity=False).hexdigest()
    return "-".join(digest[start : start + 8] for start in range(0, len(digest), 8))


class Orthanc:
    """One Orthanc server. Safe to share between threads."""

    def __init__(self, url: str, user: str, password: str, timeout: float = 30.0) -> None:
        """`timeout`: seconds without a byte of an answer after which it counts as unavailable."""
        self._client = OrthancApiClient(url if url.endswith("/") else f"{url}/", user=user, pwd=password)
        self._timeout = (CONNECT_SECONDS, timeout)
        self._connections = OrthancConnections(url, user, password, timeout)
        # The client offers no way to set these: no proxy may see images or password, and retrying is the caller's
        # business, who knows when to stop.
        session: requests.Session = self._client._http_session  # noqa: SLF001
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=POOL_SIZE))

    def close(self) -> None:
        self._connections.close()
        self._client.close()

    def store(self, file: File, expected_id: str) -> Placed:
        """Upload one DICOM file; a large one takes Orthanc longer to answer for.

        Raises ImageRejectedError when Orthanc will never take it, ImageStoreUnavailableError otherwise.
        """
        uploaded = self._connections.upload(file, None if isinstance(file, bytes) else self._seconds_of(len(file)))
        if uploaded.status != HTTPStatus.OK:
            raise _failure(uploaded.status)
        answer = _parsed(uploaded.content)
        status = answer.get("Status") if isinstance(answer, dict) else None
        if status not in {"Success", "AlreadyStored"}:
            raise ImageStoreUnavailableError(_UNAVAILABLE)
        if answer.get("ID") != expected_id:
            raise ImageRejectedError("Orthanc filed the object under other identifiers than ours")
        return Placed(expected_id, already=status == "AlreadyStored")

    def _seconds_of(self, size: int) -> Seconds:
        """Of a large file, for which Orthanc makes room first."""
        connect, read = self._timeout
        return Seconds(connect, read + size / SLOWEST_BYTES_PER_SECOND)

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        """The file of one instance, in chunks; whether it exists is known at once.

        Raises ImageMissingError or ImageStoreUnavailableError.
        """
        response = self._call(
            lambda: self._client.get(
                f"instances/{orthanc_id}/file", stream=True, timeout=self._timeout, headers=UNCOMPRESSED
            )
        )
        return _chunks(response)

    def whole(self, orthanc_id: str) -> bytes:
        """The file of one instance, at once. Raises ImageMissingError or ImageStoreUnavailableError."""
        return self._connections.whole(orthanc_id)

    def has(self, orthanc_id: str) -> bool:
        """Whether it holds an instance. Raises ImageStoreUnavailableError."""
        try:
            self._call(lambda: self._client.get(f"instances/{orthanc_id}", timeout=self._timeout))
        except ImageMissingError:
            return False
        return True

    def remove(self, orthanc_id: str) -> None:
        """Take an instance away, if it is there. Raises ImageStoreUnavailableError."""
        try:
            self._call(lambda: self._client.delete(f"instances/{orthanc_id}", timeout=self._timeout))
        except ImageMissingError:
            return

    def received_at(self, orthanc_id: str) -> datetime | None:
        """When it took an instance in; None when it does not say. Raises ImageMissingError and …UnavailableError."""
        path = f"instances/{orthanc_id}/metadata?expand"
        metadata = self._json(lambda: self._client.get(path, timeout=self._timeout))
        try:
            return datetime.strptime(metadata["ReceptionDate"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        except (ValueError, KeyError, TypeError):
            return None

    def instance_ids(self) -> Iterator[str]:
        """The id of every instance it holds."""
        since = 0
        while page := self._page(since):
            yield from page
            since += len(page)

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        """Those of these instances that it holds. Raises ImageStoreUnavailableError."""
        wanted = sorted(orthanc_ids)
        pages = (wanted[start : start + PAGE] for start in range(0, len(wanted), PAGE))
        return frozenset(one["ID"] for page in pages for one in self._content(page)).intersection(wanted)

    def _content(self, orthanc_ids: list[str]) -> list[dict[str, Any]]:
        """Main attributes of those of these instances that it holds."""
        asked = {"Resources": orthanc_ids, "Level": "Instance", "Short": True, "Metadata": False}
        return list(self._json(lambda: self._client.post("tools/bulk-content", json=asked, timeout=self._timeout)))

    def _page(self, since: int) -> list[str]:
        path = f"instances?since={since}&limit={PAGE}"
        return list(self._json(lambda: self._client.get(path, timeout=self._timeout)))

    def ready(self) -> bool:
        """Whether an Orthanc answers, and to our credentials."""
        try:
            system = self._json(lambda: self._client.get("system", timeout=SOON))
        except ImageStoreError:
            return False
        return isinstance(system, dict) and "Version" in system

    def last_change(self) -> int | None:
        """The number of the last change of its index, which only grows; None when it does not tell soon."""
        try:
            changes = self._json(lambda: self._client.get("changes?last", timeout=SOON))
        except ImageStoreError:
            return None
        last = changes.get("Last") if isinstance(changes, dict) else None
        return last if isinstance(last, int) else None

    def state(self) -> OrthancState:
        """Version, plugins and number of instances. Raises ImageStoreUnavailableError."""
        system = self._json(lambda: self._client.get("system", timeout=self._timeout))
        plugins = self._json(lambda: self._client.get("plugins", timeout=self._timeout))
        statistics = self._json(lambda: self._client.get("statistics", timeout=self._timeout))
        return OrthancState(
            version=str(system["Version"]), plugins=tuple(plugins), instances=int(statistics["CountInstances"])
        )

    def _json(self, request: Callable[[], requests.Response | None]) -> Any:
        try:
            return self._call(request).json()
        except requests.RequestException:  # not JSON, or cut off
            raise ImageStoreUnavailableError(_UNAVAILABLE) from None

    def _call(self, request: Callable[[], requests.Response | None]) -> requests.Response:
        """Run a request of the client, which raises some failures, and answers None to others."""
        try:
            response = request()
        except ResourceNotFound:
            raise ImageMissingError("Orthanc has no such object") from None
        except HttpError as error:
            raise _failure(error.http_status_code) from None
        except (OrthancApiException, requests.RequestException):
            raise ImageStoreUnavailableError("Orthanc does not answer") from None
        if response is None:
            raise ImageStoreUnavailableError(_UNAVAILABLE)
        return response


def _failure(status: int | None) -> ImageStoreError:
    """What a status means that is none of success."""
    if status == HTTPStatus.BAD_REQUEST:
        return ImageRejectedError("Orthanc refuses the object")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ImageStoreUnavailableError("Orthanc refuses our credentials")
    return ImageStoreUnavailableError(f"Orthanc answered {status}")


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:  # not JSON, or cut off
        raise ImageStoreUnavailableError(_UNAVAILABLE) from None


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        with response:
            yield from response.iter_content(CHUNK_BYTES)
    except requests.RequestException:
        raise ImageStoreUnavailableError("Orthanc broke off") from None
