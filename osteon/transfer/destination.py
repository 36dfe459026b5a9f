"""Whom to send to: `AET@host:port`, as typed."""

import re
from dataclasses import dataclass
from typing import Self

from osteon.transfer.errors import UsageError

HIGHEST_PORT = 65535

_TYPED = re.compile(r"(?P<aet>[^@]+)@(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<host>[^@:\[\]\s]+)):(?P<port>[0-9]{1,5})")
# PS3.5 6.2, VR AE: up to 16 printable characters, no backslash, not only spaces.
_AE_TITLE = re.compile(r"(?=.*\S)[\x20-\x5b\x5d-\x7e]{1,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A storage peer."""

    ae_title: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `AET@host:port` (an IPv6 address goes in square brackets)."""
        match = _TYPED.fullmatch(text)
        if match is None:
            raise UsageError(f"{text!r} is not of the form AET@host:port, for example OSTEON@127.0.0.1:11112")
        port = int(match["port"])
        if not 0 < port <= HIGHEST_PORT:
            raise UsageError(f"port {port} is not between 1 and {HIGHEST_PORT}")
        return cls(ae_title=checked_ae_title(match["aet"]), host=match["ipv6"] or match["host"], port=port)

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.ae_title}@{self.address}"


def checked_ae_title(text: str) -> str:
    """The title, if DICOM allows it (PS3.5 6.2)."""
    if _AE_TITLE.fullmatch(text) is None:
        raise UsageError(f"{text!r} is not an AE title: 1 to 16 plain characters, no backslash")
    return text
