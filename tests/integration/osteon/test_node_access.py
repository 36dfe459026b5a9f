"""`osteon node` with TLS, several addresses and a peers file; what `osteon doctor` says of it."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from pynetdicom import AE
from pynetdicom.events import EVT_C_ECHO
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from dicom_node.entrances import open_entrances
from dicom_node.journal import Journal
from dicom_node.listener import PortTakenError
from dicom_node.tls import TlsError, TlsFiles, server_context
from osteon.access_health import tls_state, why_not_from_here
from osteon.preparing import prepare_node
from osteon.settings import Settings
from tests.builders.certificates import Authority
from tests.builders.peer import ASSOCIATE_AC, ASSOCIATE_RJ, KeepingDoor, Peer, associate_rq, listening
from tests.builders.real_files import packaged
from tests.services.dcmtk import storescu
from tests.services.processes import free_port
from tests.services.product import Product

PEERS = """
only_known = true

[[peer]]
ae_title = "PACS"
from = ["127.0.0.1", "::1"]
tls_only = true
certificates = ["name:PACS"]

[[peer]]
ae_title = "ARCHIVE"
from = ["192.0.2.1"]
host = "127.0.0.1"
port = {archive}

[[peer]]
ae_title = "GONE"
from = ["192.0.2.2"]
host = "127.0.0.1"
port = {gone}

[[peer]]
ae_title = "OSTEON_DOCTOR"
from = ["127.0.0.1"]
associations = 2
"""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def node(tmp_path: Path, authority: Authority) -> Iterator[Product]:
    """`osteon node`, not started yet, with TLS."""
    held = authority.vouch_for("door")
    product = Product(
        tmp_path / "home",
        {
            "OSTEON_TLS_PORT": str(free_port()),
            "OSTEON_TLS_CERTIFICATE": str(held.certificate),
            "OSTEON_TLS_KEY": str(held.key),
            "OSTEON_TLS_CA": str(authority.file),
            "OSTEON_ORTHANC_URL": "http://127.0.0.1:9",
            "OSTEON_ORTHANC_USER": "nobody",
            "OSTEON_ORTHANC_PASSWORD": "nothing",
        },
        command="node",
    )
    product.home.mkdir()
    (product.home / "token").write_text("none")
    yield product
    if product.process is not None:
        product.stop()


@pytest.fixture
def archive() -> Iterator[int]:
    """The port of a peer that answers C-ECHO."""
    entity = AE("ARCHIVE")
    entity.add_supported_context(Verification)
    entity.require_called_aet = True
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(EVT_C_ECHO, lambda _: 0)])
    assert server is not None
    yield int(server.server_address[1])
    server.shutdown()


def findings(node: Product) -> dict[str, tuple[str, str]]:
    rows = json.loads(node.osteon("doctor", "--json").stdout)
    return {row["check"]: (row["verdict"], row["detail"]) for row in rows}


def test_the_node_does_what_its_peers_file_says(
    node: Product, authority: Authority, archive: int, tmp_path: Path
) -> None:
    file, gone, client = tmp_path / "peers.toml", free_port(), authority.vouch_for("PACS")
    file.write_text(PEERS.format(archive=archive, gone=gone))
    node.settings |= {"OSTEON_PEERS": str(file), "OSTEON_DICOM_HOST": "127.0.0.1,::1", "OSTEON_WORKERS": "3"}
    node.start()
    tls_port = int(node.settings["OSTEON_TLS_PORT"])
    options = ("+tls", str(client.key), str(client.certificate), "+cf", str(authority.file))
    sent = storescu(tls_port, [packaged("CT_small.dcm")], *options)
    assert sent.returncode == 0, sent.stderr
    assert storescu(node.dicom_port, [packaged("CT_small.dcm")]).returncode != 0
    for host, calling, expected in (("::1", "PACS", ASSOCIATE_RJ), ("127.0.0.1", "OSTEON_DOCTOR", ASSOCIATE_AC)):
        with Peer(node.dicom_port, host) as peer:
            answer = peer.associate(associate_rq(calling=calling))
            assert answer is not None
            assert answer.kind == expected
            assert answer.kind == ASSOCIATE_RJ or peer.release()
    three = [_associate(node, "OSTEON_DOCTOR") for _ in range(3)]
    assert [kind for _, kind in three] == [ASSOCIATE_AC, ASSOCIATE_AC, ASSOCIATE_RJ], "whichever worker serves it"
    for peer, kind in three:
        assert kind == ASSOCIATE_RJ or peer.release()
        peer.close()
    context = ssl.create_default_context(cafile=authority.file)
    context.load_cert_chain(client.certificate, client.key)
    with socket.create_connection(("::1", tls_port)) as plain, context.wrap_socket(plain, server_hostname="::1"):
        pass

    found = findings(node)
    assert found["DICOM door"] == ("ok", f"OSTEON@127.0.0.1:{node.dicom_port} answers C-ECHO")
    verdict, detail = found["peers"]
    assert verdict == "look"
    assert detail == (
        f"{file}: 4 known, 2 with an address; nobody else may send; no answer to C-ECHO: GONE@127.0.0.1:{gone}"
    )
    verdict, detail = found["TLS"]
    assert verdict == "ok", detail
    assert f"port {tls_port}, clients' certificates required" in detail
    assert "holds for 364 days" in detail


def _associate(node: Product, calling: str) -> tuple[Peer, int]:
    peer = Peer(node.dicom_port)
    answer = peer.associate(associate_rq(calling=calling))
    assert answer is not None
    return peer, answer.kind


@pytest.fixture
def door(authority: Authority, tmp_path: Path) -> Iterator[Callable[..., Settings]]:
    """A door under TLS whose certificate lasts so many days; the settings that the doctor sees."""
    with ExitStack() as stack:

        def start(days: int) -> Settings:
            held = authority.vouch_for("door", lasts=timedelta(days=days))
            files = TlsFiles(certificate=held.certificate, key=held.key, authorities=authority.file)
            journal = Journal(tmp_path / "journal")
            port = stack.enter_context(listening(KeepingDoor(), journal, tls=server_context(files)))
            return Settings(tls_port=port, tls_certificate=held.certificate, tls_key=held.key, tls_ca=authority.file)

        yield start


def test_the_doctor_says_that_a_certificate_ends_soon(door: Callable[..., Settings]) -> None:
    is_well, said = tls_state(door(29))
    assert not is_well
    assert said.endswith("holds for 28 days: make a new one")
    is_well, said = tls_state(door(32))
    assert is_well
    assert said.endswith("holds for 31 days")


def test_the_doctor_says_that_a_certificate_has_ended(door: Callable[..., Settings]) -> None:
    with pytest.raises(TlsError, match="ended 3 days ago: no client will accept it"):
        tls_state(door(-3))


def test_the_doctor_looks_at_the_authorities_too(
    door: Callable[..., Settings], authority: Authority, tmp_path: Path
) -> None:
    settings = door(300)
    short = Authority(tmp_path, "short", lasts=timedelta(days=11))
    ended = Authority(tmp_path, "ended", lasts=timedelta(days=-2))
    out_of_date = authority.revoke(lasts=timedelta(days=-1))
    for file, said in ((short.file, "ends in 10 days"), (ended.file, "ended 2 days ago")):
        assert tls_state(settings.model_copy(update={"tls_ca": file}))[0] is False
        assert tls_state(settings.model_copy(update={"tls_ca": file}))[1].endswith(f"an authority in {file} {said}")
    with pytest.raises(TlsError, match="a revocation list that is out of date"):
        tls_state(settings.model_copy(update={"tls_ca": out_of_date}))


def test_the_doctor_says_when_the_node_still_shows_another_certificate(
    door: Callable[..., Settings], authority: Authority
) -> None:
    settings = door(300)
    authority.vouch_for("door")
    is_well, said = tls_state(settings)
    assert not is_well
    assert said.endswith("shows another one: start it again")


def test_the_doctor_says_when_nothing_answers_under_tls(door: Callable[..., Settings]) -> None:
    settings = door(300).model_copy(update={"tls_port": free_port()})
    with pytest.raises(TlsError, match="does not answer under TLS"):
        tls_state(settings)


def test_the_doctor_knows_that_the_peers_file_keeps_it_out(tmp_path: Path) -> None:
    file = tmp_path / "peers.toml"
    file.write_text('only_known = true\n[[peer]]\nae_title = "PACS"\nfrom = ["127.0.0.1"]\n')
    settings = Settings(peers=file)
    assert why_not_from_here(settings, "OSTEON_DOCTOR") == "the AE title is not in the peers file"
    assert why_not_from_here(settings, "PACS") is None
    elsewhere = settings.model_copy(update={"dicom_host": "192.0.2.1"})
    assert why_not_from_here(elsewhere, "PACS") == "the AE title may not call from this address"


def test_a_peers_file_that_cannot_be_used_is_one_line(node: Product, tmp_path: Path) -> None:
    file = tmp_path / "peers.toml"
    file.write_text("only_known = 3")
    node.settings |= {"OSTEON_PEERS": str(file)}
    assert node.launch().wait(60) == 1
    node.process = None
    (line,) = [line for line in node.output.splitlines() if line.startswith("Error")]
    assert line == f"Error: peers {file}: only_known: 3 is not allowed; write true or false"


def test_what_tls_lacks_is_said_before_anything_is_started(door: Callable[..., Settings], tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = door(300).model_copy(update={"home": home, "tls_ca": tmp_path / "none.pem"})
    with pytest.raises(TlsError, match=r"OSTEON_TLS_CA: .*none.pem: No such file or directory"):
        prepare_node(settings)
    assert not home.exists()


def test_a_tls_port_that_is_taken_is_named_and_the_other_is_given_back(door: Callable[..., Settings]) -> None:
    settings = door(300).model_copy(update={"dicom_port": free_port()})
    with pytest.raises(PortTakenError, match=f"DICOM port {settings.tls_port} on 127.0.0.1"):
        open_entrances(settings.dicom_hosts, settings.dicom_port, settings.tls_port)
    socket.create_server(("127.0.0.1", settings.dicom_port)).close()
