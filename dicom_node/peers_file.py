"""The peers file: who may call, from where, how much of it, and where they answer (TOML)."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv6Network, ip_network
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from dicom_node.certificates import FINGERPRINT, NAME, named
from dicom_node.peers import Allowance, Network, Peer, PeerAddress, PeerLimits, Peers

UNLIMITED = "unlimited"
SLOWEST_OBJECTS, SLOWEST_BYTES = 0.01, 1000
"""Per second: what is slower is a refusal in disguise."""

T = TypeVar("T")

_AE_TITLE = re.compile(r"[\x21-\x5b\x5d-\x7e][\x20-\x5b\x5d-\x7e]{0,15}")
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(kB|MB|GB|KiB|MiB|GiB)")
_UNITS: Mapping[str, int] = MappingProxyType(
    {"kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAPPED_BITS = 96
_LARGEST_PORT = 65_535
_SHOWN = 60


class PeersError(Exception):
    """The peers file has to be corrected; the message names the entry and what is allowed."""


def read_peers(path: Path) -> Peers:
    """Everybody that the file names. Raises PeersError."""
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PeersError(f"peers {path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise PeersError(f"peers {path}: is not TOML ({error})") from None
    try:
        return _peers(entries)
    except PeersError as error:
        raise PeersError(f"peers {path}: {error}") from None


def _peers(entries: Mapping[str, Any]) -> Peers:
    _only(entries, ("only_known", "defaults", "peer"))
    defaults = entries.get("defaults", {})
    if not isinstance(defaults, dict):
        raise PeersError("defaults must be a table: write [defaults]")
    tables = entries.get("peer", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise PeersError("peer must be a list of tables: write [[peer]] above each")
    _within("defaults", lambda: _only(defaults, _ALLOWANCE))
    general = _within("defaults", lambda: _allowance(defaults))
    known: dict[str, Peer] = {}
    for number, table in enumerate(tables, start=1):
        where = f"peer {number} ({_shown(table.get('ae_title', 'no ae_title'))})"
        peer = _within(where, lambda table=table: _peer(table, defaults))  # type: ignore[misc]
        if peer.ae_title in known:
            raise PeersError(f"{where}: this ae_title is named twice")
        known[peer.ae_title] = peer
    return Peers(
        known=MappingProxyType(known),
        defaults=general,
        only_known=_flag(entries.get("only_known", False), "only_known"),
    )


def _within(where: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except PeersError as error:
        raise PeersError(f"{where}: {error}") from None


def _peer(table: Mapping[str, Any], defaults: Mapping[str, Any]) -> Peer:
    """What it does not say is as in `[defaults]`."""
    _only(table, ("ae_title", "host", "port", "certificates", *_ALLOWANCE))
    return Peer(
        ae_title=_ae_title(table.get("ae_title")),
        address=_address(table),
        allowance=_allowance({key: value for key, value in defaults.items() if key in _ALLOWANCE} | dict(table)),
        certificates=_certificates(table["certificates"]) if "certificates" in table else frozenset(),
    )


def _allowance(table: Mapping[str, Any]) -> Allowance:
    return Allowance(
        calls_from=_networks(table["from"]) if "from" in table else (),
        tls_only=_flag(table.get("tls_only", False), "tls_only"),
        limits=PeerLimits(**{key: read(table[key], key) for key, read in _LIMITS.items() if key in table}),
    )


def _ae_title(value: object) -> str:
    if not isinstance(value, str) or _AE_TITLE.fullmatch(value.strip()) is None:
        raise PeersError("ae_title must be 1 to 16 printable ASCII characters, no backslash")
    return value.strip()


def _address(table: Mapping[str, Any]) -> PeerAddress | None:
    if "host" not in table and "port" not in table:
        return None
    host, port = table.get("host"), table.get("port")
    if not isinstance(host, str) or not host.strip() or port is None:
        raise PeersError("host and port come together: a name or an address, and a number")
    if not _is_whole(port) or not 1 <= port <= _LARGEST_PORT:
        raise PeersError(f"port: {_shown(port)} is not allowed; write a whole number from 1 to {_LARGEST_PORT}")
    return PeerAddress(host.strip(), port)


def _networks(value: object) -> tuple[Network, ...]:
    return tuple(_network(text) for text in _texts(value, "from", "10.20.0.0/16"))


def _network(text: str) -> Network:
    try:
        network = ip_network(text.strip())
    except ValueError:
        raise PeersError(
            f"from: {_shown(text)} is no address or network; write 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or "
            "2001:db8::/32, with no bit set behind the prefix"
        ) from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= _MAPPED_BITS:
        return ip_network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


def _certificates(value: object) -> frozenset[str]:
    return frozenset(_mark(text) for text in _texts(value, "certificates", "sha256:…"))


def _mark(text: str) -> str:
    written = text.strip()
    digest = written.removeprefix(FINGERPRINT).replace(":", "").lower()
    if written.startswith(FINGERPRINT) and _DIGEST.fullmatch(digest):
        return FINGERPRINT + digest
    if written.startswith(NAME) and written != NAME:
        return named(written.removeprefix(NAME))
    raise PeersError(
        f"certificates: {_shown(text)} is not allowed; write {FINGERPRINT} and 64 hexadecimal digits, or {NAME} and a "
        "common name or alternative name"
    )


def _associations(value: object, key: str) -> int | None:
    if value == UNLIMITED:
        return None
    if not isinstance(value, int) or not _is_whole(value) or value < 1:
        raise PeersError(f'{key}: {_shown(value)} is not allowed; write a whole number from 1, or "{UNLIMITED}"')
    return value


def _objects(value: object, key: str) -> float | None:
    if value == UNLIMITED:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not SLOWEST_OBJECTS <= value < float("inf"):
        raise PeersError(
            f'{key}: {_shown(value)} is not allowed; write a number from {SLOWEST_OBJECTS}, or "{UNLIMITED}"'
        )
    return float(value)


def _rate(value: object, key: str) -> float | None:
    rate = _size(value, key)
    if rate is not None and rate < SLOWEST_BYTES:
        raise PeersError(f"{key}: {_shown(value)} is not allowed; the least is {SLOWEST_BYTES} bytes")
    return rate


def _size(value: object, key: str) -> int | None:
    if value == UNLIMITED:
        return None
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is not None and isfinite(float(match[1])):
        size = int(float(match[1]) * _UNITS[match[2]])
    else:
        size = value if isinstance(value, int) and _is_whole(value) else 0
    if size < 1:
        raise PeersError(
            f'{key}: {_shown(value)} is not allowed; write bytes, or a text such as "500 MB" '
            f'({", ".join(_UNITS)}), or "{UNLIMITED}"'
        )
    return size


def _flag(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise PeersError(f"{key}: {_shown(value)} is not allowed; write true or false")
    return value


def _texts(value: object, key: str, example: str) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(part, str) for part in value):
        raise PeersError(f'{key} must be a list of texts with at least one in it, such as ["{example}"]')
    return value


def _only(table: Mapping[str, Any], allowed: Iterable[str]) -> None:
    known = list(allowed)
    for key in table:
        if key not in known:
            raise PeersError(f"unknown entry {_shown(key)}; allowed: {', '.join(known)}")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_LIMITS: Mapping[str, Callable[[object, str], Any]] = MappingProxyType(
    {
        "associations": _associations,
        "objects_per_second": _objects,
        "bytes_per_second": _rate,
        "largest_object": _size,
    }
)
_ALLOWANCE = ("from", "tls_only", *_LIMITS)
