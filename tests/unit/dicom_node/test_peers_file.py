"""The peers file: what it says is understood, and what it says wrong is named with what is allowed."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from dicom_node.peers import Allowance, PeerAddress, PeerLimits, Peers
from dicom_node.peers_file import PeersError, read_peers
from tests.builders.real_files import REPOSITORY

DIGEST = "0f" * 32
FULL = f"""
only_known = true

[defaults]
from = ["10.20.0.0/16", "2001:db8:20::/48"]
associations = 4
bytes_per_second = "20 MB"

[[peer]]
ae_title = "PACS 1"
from = ["10.20.1.7"]
host = "10.20.1.7"
port = 104
associations = 8
objects_per_second = 2.5
bytes_per_second = "unlimited"
largest_object = "1.5 GiB"

[[peer]]
ae_title = "MR2"
tls_only = true
certificates = ["sha256:{DIGEST.upper()}", "name:MR2.hospital.example"]
"""

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str) -> Path:
        file = tmp_path / "peers.toml"
        file.write_text(text, "utf-8")
        return file

    return write


def test_everything_that_can_be_said_is_understood(written: Written) -> None:
    peers = read_peers(written(FULL))
    general = (ip_network("10.20.0.0/16"), ip_network("2001:db8:20::/48"))
    assert peers.only_known
    assert peers.defaults == Allowance(
        calls_from=general, limits=PeerLimits(associations=4, bytes_per_second=20_000_000)
    )
    pacs, mr = peers.known["PACS 1"], peers.known["MR2"]
    assert pacs.address == peers.address_of("PACS 1") == PeerAddress("10.20.1.7", 104)
    assert pacs.allowance == Allowance(
        calls_from=(ip_network("10.20.1.7/32"),),
        limits=PeerLimits(associations=8, objects_per_second=2.5, largest_object=1_610_612_736),
    )
    assert (mr.address, pacs.certificates) == (None, frozenset())
    assert mr.certificates == {f"sha256:{DIGEST}", "name:mr2.hospital.example"}
    assert mr.allowance == Allowance(
        calls_from=general, tls_only=True, limits=PeerLimits(associations=4, bytes_per_second=20_000_000)
    )


def test_an_empty_file_is_as_no_file(written: Written) -> None:
    assert read_peers(written("")) == Peers()


def test_a_mapped_network_is_the_ipv4_network(written: Written) -> None:
    peers = read_peers(written('[defaults]\nfrom = ["::ffff:10.0.0.0/104"]'))
    assert peers.defaults.calls_from == (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("written_as", "bytes_of_it"),
    [("1", 1), ('"1 kB"', 1000), ('"2KiB"', 2048), ('"0.5 MB"', 500_000), ('"3 GB"', 3 * 10**9), ('"1 MiB"', 1 << 20)],
)
def test_a_size_is_bytes_or_has_a_unit(written: Written, written_as: str, bytes_of_it: int) -> None:
    peers = read_peers(written(f"[defaults]\nlargest_object = {written_as}"))
    assert peers.defaults.limits.largest_object == bytes_of_it


PEER = '[[peer]]\nae_title = "A"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("only_known = ", "is not TOML"),
        ("only_known = 1", "only_known: 1 is not allowed; write true or false"),
        ("onlyknown = true", "unknown entry 'onlyknown'; allowed: only_known, defaults, peer"),
        ("defaults = 3", r"write \[defaults\]"),
        ("peer = 3", r"write \[\[peer\]\]"),
        ('peer = ["A"]', r"write \[\[peer\]\]"),
        ("[peer]\nae_title = 'A'", r"write \[\[peer\]\]"),
        ("[[peer]]", r"peer 1 \('no ae_title'\): ae_title must be 1 to 16"),
        ('[[peer]]\nae_title = ""', "ae_title must be"),
        ("[[peer]]\nae_title = 7", "ae_title must be"),
        ('[[peer]]\nae_title = "seventeen letters"', "ae_title must be"),
        ('[[peer]]\nae_title = "back\\\\slash"', "ae_title must be"),
        ('[[peer]]\nae_title = "é"', "ae_title must be"),
        (PEER + PEER, r"peer 2 \('A'\): this ae_title is named twice"),
        (
            PEER + "calls = 3",
            r"peer 1 \('A'\): unknown entry 'calls'; allowed: ae_title, host, port, certificates, from",
        ),
        (PEER + 'host = "h"', "host and port come together"),
        (PEER + "port = 104", "host and port come together"),
        (PEER + 'host = ""\nport = 104', "host and port come together"),
        (PEER + 'host = "h"\nport = 0', "port: 0 is not allowed; write a whole number from 1 to 65535"),
        (PEER + 'host = "h"\nport = true', "port: True is not allowed"),
        (PEER + 'host = "h"\nport = "104"', "port: '104' is not allowed"),
        (PEER + "from = []", "from must be a list of texts with at least one"),
        (PEER + 'from = "10.0.0.1"', "from must be a list of texts"),
        (PEER + "from = [1]", "from must be a list of texts"),
        (PEER + 'from = ["pacs.example"]', "from: 'pacs.example' is no address or network"),
        (PEER + 'from = ["10.20.1.7/16"]', "from: '10.20.1.7/16' is no address or network; .* behind the prefix"),
        (PEER + 'from = ["10.20.0.0/33"]', "is no address or network"),
        (PEER + "associations = 0", 'associations: 0 is not allowed; write a whole number from 1, or "unlimited"'),
        (PEER + "associations = true", "associations: True"),
        (PEER + "associations = 1.5", "associations: 1.5"),
        (PEER + 'associations = "many"', "associations: 'many'"),
        (PEER + "objects_per_second = 0", "objects_per_second: 0 is not allowed; write a number from 0.01"),
        (PEER + "objects_per_second = nan", "objects_per_second: nan"),
        (PEER + "objects_per_second = inf", "objects_per_second: inf"),
        (PEER + "bytes_per_second = 10", "bytes_per_second: 10 is not allowed; the least is 1000 bytes"),
        (
            PEER + 'largest_object = "5 apples"',
            "largest_object: '5 apples' is not allowed; write bytes, or a text such",
        ),
        (PEER + "largest_object = -1", "largest_object: -1"),
        (PEER + 'tls_only = "yes"', "tls_only: 'yes' is not allowed; write true or false"),
        (PEER + 'certificates = ["sha256:12"]', "certificates: 'sha256:12' is not allowed; write sha256: and 64"),
        (PEER + 'certificates = ["name:"]', "certificates: 'name:'"),
        (PEER + 'certificates = ["CN=A"]', "certificates: 'CN=A'"),
        ("[defaults]\nassociations = 0", "defaults: associations: 0"),
        ('[defaults]\nae_title = "A"', "defaults: unknown entry 'ae_title'"),
        ("x = " + "[" * 5000, "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_the_file_and_what_is_allowed(written: Written, text: str, said: str) -> None:
    file = written(text)
    with pytest.raises(PeersError, match=said) as caught:
        read_peers(file)
    assert str(caught.value).startswith(f"peers {file}: ")
    assert len(str(caught.value)) < 400 + len(str(file))


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(PeersError, match=r"peers .*none.toml: cannot be read \(No such file or directory\)"):
        read_peers(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\0")
    with pytest.raises(PeersError, match="is not TOML"):
        read_peers(tmp_path / "binary.toml")


def test_the_example_in_the_guide_is_one(written: Written) -> None:
    guide = (REPOSITORY / "docs" / "access.md").read_text()
    peers = read_peers(written(guide.split("```toml\n")[1].split("```")[0]))
    assert peers.only_known
    assert peers.may_call_from(ip_address("127.0.0.1")), "so that `osteon doctor` gets through"
