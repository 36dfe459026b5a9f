"""`osteon node` reads its certificate, key and authorities again while associations under TLS are open."""

import os
import shutil
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.builders.certificates import Authority, Held
from tests.builders.peer import ASSOCIATE_AC, Peer
from tests.services.lone_node import lone_node
from tests.services.mortal import with_descendants
from tests.services.processes import free_port, wait_for
from tests.services.product import Product

SECONDS = 10.0


@dataclass(frozen=True)
class Secured:
    """A node under TLS, the files that it reads, and the authority that vouches for its first certificate."""

    node: Product
    files: Path
    authority: Authority
    client: Held

    @property
    def port(self) -> int:
        return int(self.node.settings["OSTEON_TLS_PORT"])

    def put(self, held: Held) -> None:
        """In place of certificate and key, as whatever renews them does."""
        shutil.copy(held.certificate, self.files / "door.crt")
        shutil.copy(held.key, self.files / "door.key")

    def context(self, held: Held | None = None) -> ssl.SSLContext:
        """Of a client with a certificate; the door's is looked at by who asks."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        shown = held or self.client
        context.load_cert_chain(shown.certificate, shown.key)
        return context

    def shown(self) -> str:
        """The SHA-256 of the certificate that a new connection is shown."""
        with (
            socket.create_connection(("127.0.0.1", self.port), SECONDS) as plain,
            self.context().wrap_socket(plain) as secured,
        ):
            return sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()

    @contextmanager
    def calling(self, held: Held | None = None) -> Iterator[Peer]:
        """Over a connection whose handshake went well."""
        with Peer(self.port) as peer:
            peer.socket = self.context(held).wrap_socket(peer.socket)
            yield peer

    def admits(self, held: Held | None = None) -> bool:
        """Whether it gets an association; under TLS 1.3 a refusal comes after the client's handshake."""
        try:
            with self.calling(held) as peer:
                answer = peer.associate()
                return answer is not None and answer.kind == ASSOCIATE_AC and peer.release()
        except (ssl.SSLError, ConnectionError):
            return False

    def end_worker(self) -> None:
        """Kill it, and wait until another one serves."""
        assert self.node.process is not None
        node, worker = with_descendants(self.node.process.pid)
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: with_descendants(node)[1:] not in ([], [worker]), "another worker is there", SECONDS)
        wait_for(self.admits, "it serves", SECONDS)

    def reload(self) -> tuple[int, str]:
        done = self.node.osteon("reload")
        return done.returncode, done.stdout + done.stderr


@contextmanager
def instead_of(path: Path, content: bytes | None) -> Iterator[None]:
    """Another content, or (None) no file."""
    kept = path.rename(path.with_suffix(".kept"))
    if content is not None:
        path.write_bytes(content)
    try:
        yield
    finally:
        kept.rename(path)


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Secured]:
    files, given = tmp_path / "files", tmp_path / "given"
    files.mkdir()
    given.mkdir()
    authority = Authority(given)
    shutil.copy(authority.file, files / "ca.pem")
    settings = {
        "TLS_PORT": str(free_port()),
        "TLS_CERTIFICATE": str(files / "door.crt"),
        "TLS_KEY": str(files / "door.key"),
        "TLS_CA": str(files / "ca.pem"),
    }
    made = Secured(lone_node(tmp_path / "home", **settings), files, authority, authority.vouch_for("PACS"))
    made.put(authority.vouch_for("first"))
    made.node.home.mkdir()
    (made.node.home / "token").write_text("none")  # `Product.osteon` shows it to every command
    made.node.start()
    yield made
    made.node.stop()


def test_new_associations_are_shown_the_new_certificate_and_open_ones_go_on(secured: Secured) -> None:
    before, renewed = secured.shown(), secured.authority.vouch_for("renewed")
    with secured.calling() as open_one:
        answer = open_one.associate()
        assert answer is not None
        assert answer.kind == ASSOCIATE_AC
        secured.put(renewed)
        assert secured.shown() == before, "it is not read until somebody says so"

        assert secured.reload() == (0, "the node has read its configuration again\n")

        assert secured.shown() == renewed.fingerprint != before
        assert open_one.echo().status == 0
        assert open_one.release()


def test_who_is_trusted_is_read_again(secured: Secured, tmp_path: Path) -> None:
    other = Authority(tmp_path, "other")
    stranger = other.vouch_for("stranger")
    assert (secured.admits(), secured.admits(stranger)) == (True, False)
    shutil.copy(other.file, secured.files / "ca.pem")

    assert secured.reload()[0] == 0

    assert (secured.admits(), secured.admits(stranger)) == (False, True)


def test_files_named_anew_in_the_homes_file_count_from_a_reload_on(secured: Secured) -> None:
    """A setting in the environment comes before the file, so that the node is started without it."""
    certificate = secured.node.settings.pop("OSTEON_TLS_CERTIFICATE")
    key = secured.node.settings.pop("OSTEON_TLS_KEY")
    settings = secured.node.home / "osteon.env"
    settings.write_text(f"OSTEON_TLS_CERTIFICATE={certificate}\nOSTEON_TLS_KEY={key}\n")
    secured.node.stop()
    secured.node.start()
    renewed = secured.authority.vouch_for("renewed")
    settings.write_text(f"OSTEON_TLS_CERTIFICATE={renewed.certificate}\nOSTEON_TLS_KEY={renewed.key}\n")

    assert secured.reload()[0] == 0

    assert secured.shown() == renewed.fingerprint
    assert "counts from the next start" not in secured.node.output


def test_what_cannot_be_used_is_named_and_the_old_certificate_stays(secured: Secured) -> None:
    before = secured.shown()
    for file, content, says in (
        ("door.crt", b"none", "OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY: "),
        ("door.key", None, "OSTEON_TLS_KEY: "),
        ("ca.pem", b"none", "OSTEON_TLS_CA: "),
    ):
        with instead_of(secured.files / file, content):
            code, output = secured.reload()
        assert (code, secured.shown()) == (1, before)
        assert "the old configuration stays" in output
        assert f"the old one stays: certificates: {says}" in secured.node.output
    assert secured.admits()


def test_a_certificate_whose_key_has_not_come_yet_is_not_used(secured: Secured) -> None:
    before, renewed = secured.shown(), secured.authority.vouch_for("renewed")
    shutil.copy(renewed.certificate, secured.files / "door.crt")
    assert (secured.reload()[0], secured.shown()) == (1, before)

    shutil.copy(renewed.key, secured.files / "door.key")
    assert (secured.reload()[0], secured.shown()) == (0, renewed.fingerprint)


def test_a_worker_that_takes_anothers_place_has_the_certificate_that_was_accepted_last(secured: Secured) -> None:
    renewed, later = (secured.authority.vouch_for(name) for name in ("renewed", "later"))
    secured.put(renewed)
    assert secured.reload()[0] == 0
    with instead_of(secured.files / "door.key", None):
        assert secured.reload()[0] == 1
        secured.end_worker()
        assert secured.shown() == renewed.fingerprint
    secured.put(later)
    secured.end_worker()
    assert secured.shown() == renewed.fingerprint, "it is not read until somebody says so"
