"""A small real HTTP server that speaks the API's contract, and misbehaves when a test asks for it."""

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

TOKEN = "ost_" + "t" * 43
PSEUDONYM = "OST-7K3M9-QPXRC"
STUDY = "2.25.1001"


@dataclass(slots=True)
class Archive:
    """What the server holds, and how it is to misbehave."""

    files: dict[str, bytes] = field(default_factory=dict)
    """by SOP Instance UID"""
    series: dict[str, str] = field(default_factory=dict)
    """SOP Instance UID → Series Instance UID"""
    readings: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 500
    cut_after: dict[str, list[int]] = field(default_factory=dict)
    """SOP Instance UID → after how many bytes to hang up, one entry per request"""
    fail_first: int = 0
    """so many answers of 503"""
    corrupt: set[str] = field(default_factory=set)
    """objects whose bytes are not those listed"""
    ignore_ranges: bool = False
    listing_changes: dict[str, Any] = field(default_factory=dict)
    """replaces fields of every listed instance"""
    study_changes: dict[str, Any] = field(default_factory=dict)
    """replaces fields of the study"""
    gone_after: int | None = None
    """after so many questions about the study, they are answered with 503"""
    listed_twice: bool = False
    arriving: list[str] = field(default_factory=list)
    """objects that are stored one by one, each when the instances have just been listed"""
    status_of: dict[str, int] = field(default_factory=dict)
    """SOP Instance UID → the status that every request for its file gets"""
    stall_after: dict[str, int] = field(default_factory=dict)
    """SOP Instance UID → after how many bytes to send nothing more until `release`, then to hang up"""
    release: threading.Event = field(default_factory=threading.Event)
    cursors: list[str] = field(default_factory=list)
    """what every list answers as next cursor, in turns"""
    raw: dict[str, bytes] = field(default_factory=dict)
    """path → an answer as it is"""
    redirect_to: str | None = None
    heard: list[str] = field(default_factory=list)
    """path of every request"""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    """(SOP Instance UID, Range header) of every file request"""
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def add(self, uid: str, content: bytes, series: str = "2.25.2001") -> None:
        self.files[uid], self.series[uid] = content, series

    def asked(self) -> Counter[str]:
        return Counter(uid for uid, _ in self.requests)

    def study(self) -> dict[str, Any]:
        known = {"study_instance_uid": STUDY, "pseudonym": PSEUDONYM, "instance_count": len(self.files)}
        return known | self.study_changes

    def instances(self) -> list[dict[str, Any]]:
        listed = [
            {
                "sop_instance_uid": uid,
                "series_instance_uid": self.series[uid],
                "study_instance_uid": STUDY,
                "pseudonym": PSEUDONYM,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
                "transfer_syntax_uid": "1.2.840.10008.1.2.1",
                "instance_number": 1,
                **self.listing_changes,
            }
            for uid, content in self.files.items()
        ]
        return listed * (2 if self.listed_twice else 1)


class ArchiveServer(ThreadingHTTPServer):
    """Waits for its threads at the end, so that no test leaves one behind."""

    daemon_threads = False

    def __init__(self, archive: Archive) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.archive = archive


@contextmanager
def serving(archive: Archive) -> Iterator[Archive]:
    server = ArchiveServer(archive)
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


class Handler(BaseHTTPRequestHandler):
    """Answers as the archive says."""

    protocol_version = "HTTP/1.1"

    @property
    def archive(self) -> Archive:
        return cast(ArchiveServer, self.server).archive

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base
        """Say nothing."""

    def do_GET(self) -> None:
        self.archive.heard.append(self.path)
        if self.archive.redirect_to is not None:
            return self._redirect(self.archive.redirect_to)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._json(401, {"title": "Unauthorized"})
        with self.archive.lock:
            failing = self.archive.fail_first > 0
            self.archive.fail_first -= failing
        if failing:
            return self._json(503, {"title": "Service Unavailable"})
        url = urlsplit(self.path)
        if match := re.fullmatch(r"/api/v1/instances/([^/]+)/file", url.path):
            return self._file(match[1])
        return self._answer(url.path.removeprefix("/api/v1/"), parse_qs(url.query))

    def _redirect(self, target: str) -> None:
        self.send_response(307)
        self.send_header("Location", target + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, path: str, query: dict[str, list[str]]) -> None:
        if self.archive.gone_after is not None and path == f"studies/{STUDY}":
            self.archive.gone_after -= 1
            if self.archive.gone_after < 0:
                return self._json(503, {"title": "Service Unavailable"})
        if path in self.archive.raw:
            return self._bytes(200, self.archive.raw[path])
        study = self.archive.study()
        lists: dict[str, list[dict[str, Any]]] = {
            "studies": [study],
            f"studies/{STUDY}/instances": self.archive.instances(),
            f"studies/{STUDY}/readings": self.archive.readings,
            f"patients/{PSEUDONYM}/readings": self.archive.readings,
        }
        objects = {f"studies/{STUDY}": study, f"patients/{PSEUDONYM}": {"pseudonym": PSEUDONYM}}
        if path in objects:
            return self._json(200, objects[path])
        if path not in lists:
            return self._json(404, {"title": "Not Found"})
        if self.archive.cursors:
            self.archive.cursors.append(self.archive.cursors.pop(0))
            return self._json(200, {"items": lists[path], "next_cursor": self.archive.cursors[-1]})
        start = int(query.get("cursor", ["0"])[0])
        end = start + self.archive.page_size
        following = str(end) if end < len(lists[path]) else None
        if path.endswith("/instances") and following is None and self.archive.arriving:
            self.archive.add(self.archive.arriving.pop(0), b"late")
        return self._json(200, {"items": lists[path][start:end], "next_cursor": following})

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._bytes(status, json.dumps(body).encode())

    def _bytes(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _file(self, uid: str) -> None:
        archive = self.archive
        if uid not in archive.files:
            return self._json(404, {"title": "Not Found"})
        content = archive.files[uid]
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        with archive.lock:
            archive.requests.append((uid, self.headers.get("Range")))
            cut = archive.cut_after[uid].pop(0) if archive.cut_after.get(uid) else archive.stall_after.get(uid)
        if uid in archive.status_of:
            return self._json(archive.status_of[uid], {"title": "no"})
        if uid in archive.corrupt:
            content = bytes(len(content))
        start = 0 if archive.ignore_ranges else self._start(etag)
        self._head(start, len(content), etag)
        self.wfile.write(content[start:] if cut is None else content[start : start + cut])
        if uid in archive.stall_after:
            archive.release.wait()
        self.close_connection = cut is not None
        return None

    def _start(self, etag: str) -> int:
        asked = self.headers.get("Range")
        wanted = asked is not None and self.headers.get("If-Range") == etag
        return int(asked.removeprefix("bytes=").removesuffix("-")) if asked and wanted else 0

    def _head(self, start: int, size: int, etag: str) -> None:
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(size - start))
        self.end_headers()
