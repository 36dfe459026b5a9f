"""Whether the ports that are about to be used are free, said before anything is started."""

import os

from dicom_node.sockets import listen_on
from osteon.settings import Settings


class PortTakenError(Exception):
    """Something else listens there; the message names the port and its setting."""


def check_ports(settings: Settings) -> None:
    """Raises PortTakenError for the first port that is taken."""
    wanted = [
        *((host, settings.dicom_port, "OSTEON_DICOM_PORT") for host in settings.dicom_hosts),
        (settings.http_host, settings.http_port, "OSTEON_HTTP_PORT"),
    ]
    if settings.tls_port is not None:
        wanted.extend((host, settings.tls_port, "OSTEON_TLS_PORT") for host in settings.dicom_hosts)
    if settings.orthanc_url is None:
        wanted.append(("127.0.0.1", settings.orthanc_http_port, "OSTEON_ORTHANC_HTTP_PORT"))
    for host, port, setting in wanted:
        try:
            listen_on(host, port, backlog=1).close()
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise PortTakenError(f"port {port} on {host} cannot be used ({setting}): {reason}") from None
