"""Who may come through the door and where it listens, as the settings say: peers file, addresses, TLS."""

import ssl
from collections.abc import Callable
from functools import partial

from dicom_node.access import Access
from dicom_node.commitment.desk import Desk
from dicom_node.door import Door
from dicom_node.entrances import Reception
from dicom_node.journal import Journal
from dicom_node.listener import Listener
from dicom_node.metrics import Metrics
from dicom_node.open_associations import OpenAssociations
from dicom_node.peers import Peers
from dicom_node.peers_file import read_peers
from dicom_node.tls import Clients, TlsFiles, server_context
from dicom_node.upper_layer.association import Limits
from osteon.settings import Settings


def known_peers(settings: Settings) -> Peers:
    """Those of the peers file. Raises PeersError."""
    return Peers() if settings.peers is None else read_peers(settings.peers)


def tls_files(settings: Settings) -> TlsFiles | None:
    """None: TLS is off."""
    if settings.tls_port is None or settings.tls_certificate is None or settings.tls_key is None:
        return None
    return TlsFiles(
        certificate=settings.tls_certificate,
        key=settings.tls_key,
        authorities=settings.tls_ca,
        clients=Clients(settings.tls_clients),
    )


def door_tls(settings: Settings) -> ssl.SSLContext | None:
    """What the door speaks TLS by, from the files as they are now; None: TLS is off. Raises TlsError."""
    files = tls_files(settings)
    return None if files is None else server_context(files)


def reception(
    settings: Settings,
    *,
    tls: ssl.SSLContext | None,
    access: Access,
    door: Door,
    journal: Journal,
    notes: OpenAssociations,
    desk: Desk,
    metrics: Metrics,
    on_end: Callable[[], None],
) -> Reception:
    """One listener in clear, and with TLS another; the limits are those of both together."""
    make = partial(
        Listener,
        door=door,
        journal=journal,
        notes=notes,
        ae_title=settings.ae_title,
        limits=Limits(largest_object=settings.largest_object),
        access=access,
        desk=desk,
        metrics=metrics,
        on_end=on_end,
    )
    return Reception(make(), None if tls is None else make(tls=tls))
