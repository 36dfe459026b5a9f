"""Who may come through the door: decided once per connection and once per association, and counted.

A connection stands in the *lobby* until its association is accepted, and again when that is over; places there are
few. An accepted association takes a seat of the door and of its peer. Who is not in the peers file counts by address,
so that another AE title is no way round a limit.
"""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network

from dicom_node.certificates import Certificate, read_certificate
from dicom_node.pace import Bucket
from dicom_node.peers import (
    Address,
    Allowance,
    Caller,
    NotAllowedError,
    PeerAddress,
    PeerLimits,
    Peers,
    plain_address,
)
from dicom_node.refusals import Refusal, Refusals
from dicom_node.seats import Seats, WorkerSeats
from dicom_node.upper_layer.pdus import CALLING_AE_TITLE, LOCAL_LIMIT, Rejection
from dicom_node.upper_layer.wire import Wire

MAXIMUM_ASSOCIATIONS = 256
LOBBY = 128
LOBBY_OF_ONE = 112
"""Places in the lobby for one address: the others are not shut out by it."""

REMEMBERED = 1000
"""Peers without an association whose pace is still known."""

_ONE_SUBSCRIBER = 64
"""Bits of an IPv6 address that tell subscribers apart; one has all the others to itself."""


class Account:
    """What one peer has taken of its limits."""

    def __init__(self, key: Hashable, limits: PeerLimits, seats: WorkerSeats, clock: Callable[[], float]) -> None:
        self._key = key
        self._seats = seats
        self.seats = 0
        """Of this process."""
        self.hold_to(limits, clock)

    def hold_to(self, limits: PeerLimits, clock: Callable[[], float]) -> None:
        """Other limits, and a new beginning; whoever has a seat keeps it."""
        self.limits = limits
        self._objects = Bucket(limits.objects_per_second, clock) if limits.objects_per_second else None
        self._bytes = Bucket(limits.bytes_per_second, clock) if limits.bytes_per_second else None

    @property
    def is_full(self) -> bool:
        return self.limits.associations is not None and self._seats.taken(self._key) >= self.limits.associations

    @property
    def is_paced(self) -> bool:
        return self._objects is not None or self._bytes is not None

    def object(self) -> float:
        """An object was received; returns for how many seconds to wait."""
        return 0.0 if self._objects is None else self._objects.take(self._in_all(1))

    def bytes(self, count: int) -> float:
        """So many bytes were received; returns for how many seconds to wait."""
        return 0.0 if self._bytes is None else self._bytes.take(self._in_all(count))

    def take_seat(self) -> None:
        self.seats += 1
        self._seats.take(self._key)

    def give_seat_back(self) -> None:
        self.seats -= 1
        self._seats.give_back(self._key)

    def _in_all(self, count: int) -> float:
        """What the peer takes over all workers when each of its associations takes as much as this one."""
        own = self._seats.own(self._key)
        return count if own < 1 else count * self._seats.taken(self._key) / own


class Access:
    """Holds the peers and the counts of one process. Safe between threads."""

    def __init__(
        self,
        peers: Peers | None = None,
        *,
        seats: WorkerSeats | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seats`: those of all processes, as this one sees them."""
        self._peers = peers or Peers()
        self._clock = clock
        self._refusals = Refusals(clock)
        self._lobby: Counter[Address] = Counter()
        self._seats = seats or Seats().of_worker(0)
        self._accounts: OrderedDict[Hashable, Account] = OrderedDict()
        self._lock = threading.Lock()

    def use(self, peers: Peers) -> None:
        """From now on these peers: what is open stays open."""
        with self._lock:
            self._peers = peers

    def address_of(self, ae_title: str) -> PeerAddress | None:
        """Where a peer answers; None when that is not known."""
        return self._peers.address_of(ae_title)

    def admit(self, address: str) -> "Visit | None":
        """A connection was made; None: close it at once."""
        self._refusals.tell_due()
        where = plain_address(address)
        with self._lock:
            reason = self._why_not(where)
            if reason is None:
                self._lobby[where] += 1
                return Visit(self, where)
        self.refused(where, "", reason)
        return None

    def refused(self, address: Address, ae_title: str, reason: str) -> None:
        """Note it in the log."""
        self._refusals.note(Refusal(str(address), ae_title, reason))

    def stop(self) -> None:
        """Write down what was not written yet."""
        self._refusals.tell_all()

    def take_seat(self, caller: Caller) -> Account:
        """From the lobby to a seat. Raises NotAllowedError, NoSeatError."""
        with self._lock:
            account = self._account(caller, self._peers.allowance_of(caller))
            if self._seats.taken() >= MAXIMUM_ASSOCIATIONS:
                raise NoSeatError(f"{MAXIMUM_ASSOCIATIONS} associations are open")
            if account.is_full:
                raise NoSeatError(f"the peer has its {account.limits.associations} associations open")
            account.take_seat()
            self._seats.take()
            self._leave_lobby(caller.address)
            return account

    def give_seat_back(self, address: Address, account: Account) -> None:
        """To the lobby, until the connection is closed."""
        with self._lock:
            account.give_seat_back()
            self._seats.give_back()
            self._lobby[address] += 1

    def leave(self, address: Address) -> None:
        """A connection in the lobby is closed."""
        with self._lock:
            self._leave_lobby(address)

    def _why_not(self, address: Address) -> str | None:
        if not self._peers.may_call_from(address):
            return "nobody may call from this address"
        if self._lobby.total() >= LOBBY or self._lobby[address] >= LOBBY_OF_ONE:
            return "too many connections that are not associations"
        return None

    def _account(self, caller: Caller, allowance: Allowance) -> Account:
        key: Hashable = caller.ae_title if caller.ae_title in self._peers.known else _subscriber(caller.address)
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = Account(key, allowance.limits, self._seats, self._clock)
            self._forget_the_idle()
        elif account.limits != allowance.limits:
            account.hold_to(allowance.limits, self._clock)
        self._accounts.move_to_end(key)
        return account

    def _forget_the_idle(self) -> None:
        idle = [key for key, account in self._accounts.items() if not account.seats]
        for key in idle[: max(0, len(self._accounts) - REMEMBERED)]:
            del self._accounts[key]

    def _leave_lobby(self, address: Address) -> None:
        self._lobby[address] -= 1
        if not self._lobby[address]:
            del self._lobby[address]


class NoSeatError(Exception):
    """Not now; the message says why, for the log."""


@dataclass(slots=True)
class Visit:
    """One connection that was let in; used by its own thread."""

    _access: Access
    _address: Address
    _wire: Wire | None = None
    _account: Account | None = None
    _wait: float = 0.0
    _is_seated: bool = False

    @property
    def address(self) -> str:
        return str(self._address)

    @property
    def largest_object(self) -> int | None:
        """In bytes; None: what the node allows to anybody. Known once `opened`."""
        return None if self._account is None else self._account.limits.largest_object

    def served_by(self, wire: Wire) -> None:
        """Its connection, which is asked for the certificate and told the pace."""
        self._wire = wire

    def opened(self, calling_ae_title: str) -> Rejection | None:
        """An association is asked for."""
        is_secured = self._wire is not None and self._wire.is_secured
        caller = Caller(
            ae_title=calling_ae_title, address=self._address, is_secured=is_secured, certificate=self._certificate()
        )
        try:
            self._account = self._access.take_seat(caller)
        except NotAllowedError as error:
            self._access.refused(self._address, calling_ae_title, str(error))
            return CALLING_AE_TITLE
        except NoSeatError as error:
            self._access.refused(self._address, calling_ae_title, str(error))
            return LOCAL_LIMIT
        self._is_seated = True
        if self._account.is_paced and self._wire is not None:
            self._wire.go_at(self._read)
        return None

    def object_received(self) -> None:
        """One more; the next one is read when its time has come."""
        if self._account is not None:
            self._wait = max(self._wait, self._account.object())

    def ended(self) -> None:
        """The association that was opened is over. More than once is once."""
        if self._is_seated and self._account is not None:
            self._is_seated = False
            self._access.give_seat_back(self._address, self._account)

    def left(self) -> None:
        """The connection is closed."""
        self.ended()
        self._access.leave(self._address)
        if self._wire is not None and self._wire.problem:
            self._access.refused(self._address, "", self._wire.problem)

    def _read(self, count: int) -> float:
        """So many bytes were read; returns for how many seconds to wait before more are."""
        waiting, self._wait = self._wait, 0.0
        return max(waiting, 0.0 if self._account is None else self._account.bytes(count))

    def _certificate(self) -> Certificate | None:
        shown = None if self._wire is None else self._wire.certificate
        with suppress(ValueError):  # one that cannot be read marks nobody
            return None if shown is None else read_certificate(shown)
        return None


def _subscriber(address: Address) -> Hashable:
    return IPv6Network((address, _ONE_SUBSCRIBER), strict=False) if isinstance(address, IPv6Address) else address
