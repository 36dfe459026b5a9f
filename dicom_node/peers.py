"""The peers that the node knows: who may call, and where each of them answers when the node calls back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """Where a peer listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One application entity."""

    ae_title: str
    address: PeerAddress | None = None
    """Where it answers C-FIND and takes storage commitment results; None: it is never called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """All of them, by AE title."""

    known: Mapping[str, Peer] = field(default_factory=lambda: MappingProxyType({}))

    def address_of(self, ae_title: str) -> PeerAddress | None:
        """Where a peer answers; None when that is not known."""
        peer = self.known.get(ae_title)
        return None if peer is None else peer.address
