"""Where our own servers are, as seen from this machine."""

from osteon.settings import Settings
from osteon.transfer.destination import Destination

ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on
LOOPBACK = "127.0.0.1"


def door(settings: Settings) -> Destination:
    """The DICOM door."""
    return Destination(ae_title=settings.ae_title, host=door_host(settings), port=settings.dicom_port)


def door_host(settings: Settings) -> str:
    """An address of the DICOM door as seen from here."""
    host = settings.dicom_hosts[0]
    return LOOPBACK if host in ANY else host


def base_url(settings: Settings) -> str:
    """The API's address as seen from here."""
    host = LOOPBACK if settings.http_host in ANY else settings.http_host
    return f"http://[{host}]:{settings.http_port}" if ":" in host else f"http://{host}:{settings.http_port}"
