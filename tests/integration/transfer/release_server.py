"""A small real HTTP server that gives one release by the API's contract, and misbehaves as the archive server does."""

import hashlib
import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tests.integration.transfer.archive_server import TOKEN, Archive, Handler

NUMBER = 3
EXPIRED = f"your grant of release {NUMBER} expired at 2026-11-01T12:00:00+00:00"
KINDS = {"dicom": "dicom", "nifti": "nifti", "tables": "table"}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(slots=True)
class ReleaseArchive(Archive):
    """`files` are by path; what makes the bag is made of them when `seal` is called."""

    state: str = "ready"
    problems: dict[str, tuple[int, str]] = field(default_factory=dict)
    """path below the API → status and detail of the answer"""
    erase_when_listed: str | None = None
    """pseudonym of a patient who is erased when the files have just been listed"""
    path_changes: dict[str, str] = field(default_factory=dict)
    expires_after: str | None = None
    """the file with which the grant expires: a bundle ends in the middle of it, alone it still comes"""
    expired: bool = False
    unlisted: set[str] = field(default_factory=set)
    has_bundles: bool = False
    bundled: list[str] = field(default_factory=list)
    """paths of every file that was put into a bundle"""
    bundle_ends_in: set[str] = field(default_factory=set)
    """files in the middle of which a bundle ends"""

    def seal(self) -> None:
        payload = {path: content for path, content in sorted(self.files.items()) if path.startswith("data/")}
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": b"External-Identifier: osteon-release-3\n",
            "release.json": json.dumps(
                {
                    "release": NUMBER,
                    "series": [_series(pseudonym) for pseudonym in _patients(payload)],
                    "files": [_item(path, each) for path, each in payload.items()],
                }
            ).encode(),
            "manifest-sha256.txt": "".join(
                f"{sha256(content)}  {path}\n" for path, content in payload.items()
            ).encode(),
        }
        lines = "".join(f"{sha256(content)}  {path}\n" for path, content in sorted(tags.items()))
        self.files = payload | tags | {"tagmanifest-sha256.txt": lines.encode()}

    def erase(self, pseudonym: str) -> None:
        self.files = {path: content for path, content in self.files.items() if pseudonym not in path}
        self.seal()

    def listed(self) -> list[dict[str, Any]]:
        return [
            _item(path, content) | {"path": self.path_changes.get(path, path)}
            for path, content in sorted(self.files.items())
            if path not in self.unlisted
        ]


def _patients(paths: Iterable[str]) -> list[str]:
    return sorted({path.split("/")[2] for path in paths if path.count("/") > 2})


def _series(pseudonym: str) -> dict[str, str]:
    return {
        "series_instance_uid": "2.25.2001",
        "study_instance_uid": "2.25.1001",
        "pseudonym": pseudonym,
        "session": "D0000",
        "modality": "CT",
    }


def _item(path: str, content: bytes) -> dict[str, Any]:
    parts = path.split("/")
    of_a_patient = len(parts) > 3
    return {
        "path": path,
        "kind": KINDS[parts[1]] if len(parts) > 2 else "bag",
        "size": len(content),
        "sha256": sha256(content),
        "pseudonym": parts[2] if of_a_patient else None,
        "study_instance_uid": "2.25.1001" if of_a_patient else None,
        "series_instance_uid": "2.25.2001" if of_a_patient else None,
    }


class ReleaseHandler(Handler):
    """Answers as the release says."""

    @property
    def release(self) -> ReleaseArchive:
        return cast("ReleaseArchive", self.archive)

    def do_GET(self) -> None:  # noqa: N802 - its name in the base
        url = urlsplit(self.path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._json(401, {"title": "Unauthorized"})
        path = url.path.removeprefix("/api/v1/")
        if self.release.expired:
            return self._json(403, {"title": "Forbidden", "detail": EXPIRED})
        if path in self.release.problems:
            status, detail = self.release.problems[path]
            return self._json(status, {"title": "no", "detail": detail})
        if match := re.fullmatch(rf"releases/{NUMBER}/files/(.+)", path):
            self.release.expired = unquote(match[1]) == self.release.expires_after
            return self._file(unquote(match[1]))
        return self._answer(path, parse_qs(url.query))

    def do_POST(self) -> None:  # noqa: N802 - its name in the base
        """A bundle: the files asked for one after the other, cut off where a file of it is to be."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.release.expired:
            return self._json(403, {"title": "Forbidden", "detail": EXPIRED})
        if not self.release.has_bundles:
            return self._json(404, {"title": "Not Found"})
        parts = []
        for path in body["paths"]:
            content = self.release.files[path]
            self.release.bundled.append(path)
            parts.append(bytes(len(content)) if path in self.release.corrupt else content)
            self.release.expired = path == self.release.expires_after
            if self.release.expired or path in self.release.bundle_ends_in:
                return self._cut(b"".join(parts)[: -len(content) // 2])
        return self._bytes(200, b"".join(parts))

    def _cut(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self.close_connection = True

    def _answer(self, path: str, query: dict[str, list[str]]) -> None:
        if path == f"releases/{NUMBER}":
            digest = sha256(self.release.files.get("release.json", b""))
            return self._json(200, {"number": NUMBER, "state": self.release.state, "manifest_sha256": digest})
        if path != f"releases/{NUMBER}/files":
            return self._json(404, {"title": "Not Found"})
        start = int(query.get("cursor", ["0"])[0])
        end = start + self.release.page_size
        listed = self.release.listed()
        following = str(end) if end < len(listed) else None
        self._json(200, {"items": listed[start:end], "next_cursor": following})
        if following is None and self.release.erase_when_listed is not None:
            gone, self.release.erase_when_listed = self.release.erase_when_listed, None
            self.release.erase(gone)
        return None


class ReleaseServer(ThreadingHTTPServer):
    """Waits for its threads at the end, so that no test leaves one behind."""

    daemon_threads = False

    def __init__(self, archive: ReleaseArchive) -> None:
        super().__init__(("127.0.0.1", 0), ReleaseHandler)
        self.archive = archive


@contextmanager
def serving_release(archive: ReleaseArchive) -> Iterator[ReleaseArchive]:
    server = ReleaseServer(archive)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    archive.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield archive
    finally:
        archive.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
