"""Long answers come over TLS and under a path as well, to nobody but the server that was named."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from osteon.transfer.client import Client
from osteon.transfer.errors import AnswerError, NetworkError, NotAllowedError
from osteon.transfer.long_answers import Questions
from osteon.transfer.patience import Patience
from tests.builders.certificates import Authority

CONTENT = bytes(range(256)) * 4096


Asked = list[tuple[str, str | None]]


class Server(ThreadingHTTPServer):
    """Keeps the paths that it was asked for, and by whom."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: Asked = []


class Answering(BaseHTTPRequestHandler):
    """As the path says."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers["Authorization"]))
        status = int(self.path.rpartition("/")[2])
        content = CONTENT if status == 200 else b'{"detail": "not yours"}'
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere/200")
        self.send_header("Content-Length", str(len(content) * (2 if "cut" in self.path else 1)))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, Asked]]:
    server = Server()
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, server.asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client(url: str) -> Client:
    return Client(url, "secret", patience=Patience(), connections=1)


def whole(url: str, path: str = "200") -> bytes:
    room = memoryview(bytearray(2 * len(CONTENT)))
    with client(url) as asking, asking.stream_posted(path, {}) as answer:
        return bytes(room[: answer.readinto(room)])


def test_an_answer_comes_whole_from_below_a_path() -> None:
    with serving() as (port, asked):
        assert whole(f"http://127.0.0.1:{port}/osteon/") == CONTENT
    assert asked == [("/osteon/api/v1/200", "Bearer secret")]


def test_over_tls_the_server_must_be_vouched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    held = authority.vouch_for("server")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(held.certificate, held.key)
    with serving(context) as (port, asked):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert whole(f"https://localhost:{port}") == CONTENT
        monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path, "stranger").file))
        with pytest.raises(NetworkError):
            whole(f"https://localhost:{port}")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, NotAllowedError), (503, NetworkError), (302, AnswerError), (206, AnswerError)],
)
def test_what_is_no_whole_answer_is_told_and_not_followed(status: int, error: type[Exception]) -> None:
    with serving() as (port, asked):
        with pytest.raises(error):
            whole(f"http://127.0.0.1:{port}", str(status))
        assert len(asked) == 1


def test_a_server_that_is_away_is_named_as_it_is_written() -> None:
    away = pytest.raises(NetworkError, match=r"\[::1\]:9: ConnectError")
    with away, client("http://[::1]:9") as asking, asking.stream("nothing", {}):
        pass


def test_an_answer_that_is_cut_off_gives_what_has_come() -> None:
    with serving() as (port, _):
        assert whole(f"http://127.0.0.1:{port}", "cut/200") == CONTENT


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://[::1]/", "::1", 80),
        ("https://[fe80::abcd]", "fe80::abcd", 443),
        ("http://[::1]:8042", "::1", 8042),
        ("https://pacs.example", "pacs.example", 443),
        ("http://straße.example", "xn--strae-oqa.example", 80),
    ],
)
def test_the_host_is_the_one_that_httpx_asks(url: str, host: str, port: int) -> None:
    questions = Questions(httpx.URL(url), {}, connect_seconds=1, seconds=1)
    connection = questions._connection()  # noqa: SLF001 - no such host is asked here
    assert (connection.host, connection.port) == (host, port)
