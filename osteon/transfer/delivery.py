"""What became of each file that was to be sent."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Outcome(Enum):
    """The first two are success."""

    STORED = "stored"
    STORED_WITH_WARNING = "stored with warning"
    REFUSED = "refused"
    NOT_ACCEPTED = "not accepted at negotiation"
    UNREADABLE = "unreadable"
    LOST = "connection lost"


_OUT_OF_RESOURCES = range(0xA700, 0xA800)
"""PS3.4 Table B.2-1: the peer may take it later."""

SUCCESS = frozenset({Outcome.STORED, Outcome.STORED_WITH_WARNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One file's fate; `status` is the peer's answer (0000,0900), where there was one."""

    path: Path
    size: int
    outcome: Outcome
    status: int | None = None
    comment: str = ""
    """The peer's Error Comment (0000,0902), or what was not accepted."""

    @property
    def succeeded(self) -> bool:
        return self.outcome in SUCCESS

    @property
    def is_passing(self) -> bool:
        """Whether it failed for a reason that passes."""
        return self.outcome is Outcome.LOST or self.status in _OUT_OF_RESOURCES

    @property
    def reason(self) -> str:
        """Outcome, status and comment in one phrase; no path."""
        status = "" if self.status is None else f" 0x{self.status:04X}"
        comment = f": {self.comment}" if self.comment else ""
        return f"{self.outcome.value}{status}{comment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """Every file looked at: delivered, failed or ignored."""

    deliveries: tuple[Delivery, ...]
    ignored: tuple[Path, ...]
    seconds: float
    acknowledged_earlier: int = 0
    """Files that were not sent, for an earlier run had sent them."""

    @property
    def succeeded(self) -> int:
        return sum(delivery.succeeded for delivery in self.deliveries)

    @property
    def failed(self) -> tuple[Delivery, ...]:
        return tuple(delivery for delivery in self.deliveries if not delivery.succeeded)

    @property
    def bytes_stored(self) -> int:
        return sum(delivery.size for delivery in self.deliveries if delivery.succeeded)

    @property
    def by_outcome(self) -> dict[str, int]:
        return dict(Counter(delivery.outcome.value for delivery in self.deliveries))

    @property
    def by_status(self) -> dict[str, int]:
        """Counts by DICOM status, e.g. `{"0x0000": 41}`."""
        answered = (delivery.status for delivery in self.deliveries if delivery.status is not None)
        return dict(Counter(f"0x{status:04X}" for status in answered))
