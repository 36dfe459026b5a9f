"""Connections to Orthanc that end at a bad moment: a file is brought all the same, or it is said that it was not."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader

import pytest

from storage.errors import ImageStoreUnavailableError
from storage.orthanc_connections import Answer, OrthancConnections, Seconds

STORED = b'{"Status":"Success","ID":"x"}'
FILE = bytes(range(256)) * 400
GOOD = Answer(200, STORED)
PATIENT = Seconds(5.0, 5.0)


@dataclass
class Heard:
    """The files that came, connection by connection."""

    connections: list[list[bytes]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    """The first one is."""


@contextmanager
def saying(*plan: Sequence[str]) -> Iterator[tuple[OrthancConnections, Heard]]:
    """A server that treats the requests of its first connection as the first plan says, and so on.

    "answer" and go on, "answer and close", "close" instead of an answer, "silence".
    """
    heard, over = Heard(), threading.Event()

    def serve(server: socket.socket) -> None:
        for steps in plan:
            connection, _ = server.accept()
            heard.connections.append([])
            with connection, connection.makefile("rb") as stream:
                for step in steps:
                    heard.connections[-1].append(request_in(stream))
                    if step.startswith("answer"):
                        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(STORED)}\r\n\r\n".encode()
                        connection.sendall(head + STORED)
                    elif step == "silence":
                        over.wait(5)
                if steps[-1] == "answer":
                    over.wait(5)
                stream.close()
                connection.shutdown(socket.SHUT_RDWR)
            heard.closed.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        connections = OrthancConnections(f"http://127.0.0.1:{server.getsockname()[1]}/", "u", "p", 5.0)
        try:
            yield connections, heard
        finally:
            over.set()
            connections.close()
            thread.join()


def request_in(stream: BufferedReader) -> bytes:
    length = 0
    for line in stream:
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
        if line == b"\r\n":
            break
    return stream.read(length)


def test_many_files_go_over_one_connection() -> None:
    with saying(["answer"] * 3) as (connections, heard):
        assert [connections.upload(FILE) for _ in range(3)] == [GOOD] * 3
    assert heard.connections == [[FILE] * 3]


def test_a_connection_that_was_closed_meanwhile_is_not_used_again() -> None:
    with saying(["answer and close"], ["answer"]) as (connections, heard):
        assert connections.upload(FILE) == GOOD
        heard.closed.wait(5)
        assert connections.upload(FILE) == GOOD
    assert heard.connections == [[FILE], [FILE]]


def test_a_connection_that_is_closed_at_that_very_moment_costs_nothing() -> None:
    with saying(["answer", "close"], ["answer"]) as (connections, heard):
        assert connections.upload(FILE) == GOOD
        assert connections.upload(FILE) == GOOD
    assert heard.connections == [[FILE, FILE], [FILE]]


def test_a_new_connection_that_is_closed_without_an_answer_is_the_end_of_it() -> None:
    with saying(["close"]) as (connections, heard), pytest.raises(ImageStoreUnavailableError):
        connections.upload(FILE)
    assert heard.connections == [[FILE]]


def test_silence_is_waited_for_once() -> None:
    with saying(["answer", "silence"]) as (connections, heard):
        connections.upload(FILE)
        with pytest.raises(ImageStoreUnavailableError):
            connections.upload(FILE, Seconds(5.0, 0.05))
    assert heard.connections == [[FILE, FILE]]


class InPieces:
    """A file that can be gone through any number of times."""

    def __len__(self) -> int:
        return len(FILE)

    def __iter__(self) -> Iterator[bytes]:
        yield from (FILE[at : at + 1000] for at in range(0, len(FILE), 1000))


def test_a_file_in_pieces_comes_whole_also_the_second_time() -> None:
    with saying(["answer", "close"], ["answer"]) as (connections, heard):
        assert connections.upload(InPieces(), PATIENT) == GOOD
        assert connections.upload(InPieces(), PATIENT) == GOOD
    assert heard.connections == [[FILE, FILE], [FILE]]
