"""A link to an HTTP server that can be made bad: slow, silent, answering errors, losing answers."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"
_LONGEST_HEAD = 1 << 16
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Manner:
    """How the link treats a request that comes."""

    delay_seconds: float = 0.0
    """Before it is passed on."""
    status: int = 0
    """Answered instead of passing it on; 0: passed on."""
    only: bytes = b""
    """Requests that begin so; empty: all."""
    loses_answers: bool = False
    """Passed on, and the connection closed when the answer comes."""
    is_silent: bool = False
    """Taken, and never answered while this lasts."""


HEALTHY = Manner()


@dataclass(slots=True)
class FaultyLink:
    """Listens on `port`. Set `manner` at any time; it holds for requests that come from then on."""

    target_port: int
    port: int = 0
    manner: Manner = HEALTHY
    treated: int = 0
    """Requests that were not simply passed on."""
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, connection: socket.socket) -> None:
        """One client connection, request by request."""
        with self._lock:
            self._open.add(connection)
        try:
            with connection, suppress(OSError):
                self._serve(connection)
        finally:
            with self._lock:
                self._open.discard(connection)

    def close_all(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _serve(self, connection: socket.socket) -> None:
        upstream: socket.socket | None = None
        try:
            while (request := _read_request(connection)) is not None:
                manner = self.manner
                if manner == HEALTHY or not request.startswith(manner.only):
                    manner = HEALTHY
                else:
                    self.treated += 1
                if manner.status:
                    _answer(connection, manner.status)
                    continue
                while manner.is_silent and self.manner is manner:
                    time.sleep(0.02)
                time.sleep(manner.delay_seconds)
                if upstream is None:
                    upstream = socket.create_connection(("127.0.0.1", self.target_port))
                    answers = threading.Thread(target=_pass_back, args=(upstream, connection, self), daemon=True)
                    answers.start()
                upstream.sendall(request)
        finally:
            if upstream is not None:
                with suppress(OSError):
                    upstream.shutdown(socket.SHUT_RDWR)
                answers.join()
                upstream.close()


def _pass_back(upstream: socket.socket, client: socket.socket, link: FaultyLink) -> None:
    with suppress(OSError):
        while piece := upstream.recv(_PIECE):
            if link.manner.loses_answers:
                break
            client.sendall(piece)
        client.shutdown(socket.SHUT_RDWR)


def _read_request(connection: socket.socket) -> bytes | None:
    """A request whole, its body after what Content-Length says; None when the client has closed."""
    received = b""
    while _HEAD_END not in received:
        piece = connection.recv(_PIECE)
        if not piece or len(received) > _LONGEST_HEAD:
            return None
        received += piece
    head, _, body = received.partition(_HEAD_END)
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    parts, missing = [received], (int(lengths[0]) if lengths else 0) - len(body)
    while missing > 0:
        piece = connection.recv(min(_PIECE, missing))
        if not piece:
            return None
        parts.append(piece)
        missing -= len(piece)
    return b"".join(parts)


def _answer(connection: socket.socket, status: int) -> None:
    connection.sendall(b"HTTP/1.1 %d Fault\r\nContent-Length: 0\r\n\r\n" % status)


@contextmanager
def faulty_link(target_port: int) -> Iterator[FaultyLink]:
    """A link to a server on loopback, for the length of a test."""
    link = FaultyLink(target_port)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link.port = int(listener.getsockname()[1])
        acceptor = threading.Thread(target=_accept, args=(listener, link), daemon=True)
        acceptor.start()
        try:
            yield link
        finally:
            link.manner = HEALTHY
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            link.close_all()


def _accept(listener: socket.socket, link: FaultyLink) -> None:
    serving = []
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            thread = threading.Thread(target=link.serve, args=(connection,), daemon=True)
            serving.append(thread)
            thread.start()
