"""The peers that the node knows: who may call, and where each of them answers when the node calls back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from types import MappingProxyType

from dicom_node.certificates import Certificate

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class NotAllowedError(Exception):
    """A caller may not come in; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """Where a peer listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerLimits:
    """What one peer may ask for; None: what the node allows to anybody."""

    associations: int | None = None
    """At a time."""
    objects_per_second: float | None = None
    bytes_per_second: float | None = None
    largest_object: int | None = None
    """In bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """From where, how and how much one may send."""

    calls_from: tuple[Network, ...] = ()
    """Empty: from any address."""
    tls_only: bool = False
    limits: PeerLimits = PeerLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One application entity."""

    ae_title: str
    address: PeerAddress | None = None
    """Where it answers C-FIND and takes storage commitment results; None: it is never called."""
    allowance: Allowance = Allowance()
    certificates: frozenset[str] = frozenset()
    """It shows one of these (`Certificate.marks`), or is not let in; empty: any, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks for an association, as far as it can be told."""

    ae_title: str
    address: Address
    is_secured: bool = False
    """Whether it comes by TLS."""
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """All of them, by AE title."""

    known: Mapping[str, Peer] = field(default_factory=lambda: MappingProxyType({}))
    defaults: Allowance = Allowance()
    """Of those that are not known."""
    only_known: bool = False

    def address_of(self, ae_title: str) -> PeerAddress | None:
        """Where a peer answers; None when that is not known."""
        peer = self.known.get(ae_title)
        return None if peer is None else peer.address

    def allowance_of(self, caller: Caller) -> Allowance:
        """What a caller may do. Raises NotAllowedError."""
        peer = self.known.get(caller.ae_title)
        if peer is None and self.only_known:
            raise NotAllowedError("the AE title is not in the peers file")
        allowance = self.defaults if peer is None else peer.allowance
        if not _is_within(caller.address, allowance.calls_from):
            raise NotAllowedError("the AE title may not call from this address")
        marks = frozenset[str]() if peer is None else peer.certificates
        if (allowance.tls_only or marks) and not caller.is_secured:
            raise NotAllowedError("the AE title may only call by TLS")
        if marks and (caller.certificate is None or not marks & caller.certificate.marks):
            raise NotAllowedError("the certificate is not one of this AE title")
        return allowance

    def may_call_from(self, address: Address) -> bool:
        """Whether there is anybody at all who may call from there."""
        allowances = [peer.allowance for peer in self.known.values()]
        if not self.only_known:
            allowances.append(self.defaults)
        return any(_is_within(address, allowance.calls_from) for allowance in allowances)


def plain_address(text: str) -> Address:
    """An address as a socket names it, without its zone; IPv4 that comes by an IPv6 socket (::ffff:…) is IPv4."""
    address = ip_address(text.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_within(address: Address, networks: Iterable[Network]) -> bool:
    """No network is any network."""
    networks = tuple(networks)
    return not networks or any(address in network for network in networks)
