"""`osteon node`: the DICOM door and its forwarders, in worker processes behind its ports."""

import logging
import threading
from functools import partial

import click

from dicom_node.entrances import open_entrances
from dicom_node.listener import PortTakenError
from dicom_node.peers_file import PeersError
from dicom_node.pseudonymisation.profile import ProfileError
from dicom_node.pseudonymisation.vocabulary import ApprovalError
from dicom_node.tls import TlsError
from dicom_node.workers import WorkerError, Workers
from osteon.failing import failing_clearly
from osteon.home import locked_home, prepare_home
from osteon.logs import log_to_stderr
from osteon.preparing import prepare_node
from osteon.settings import read_settings
from osteon.signals import stop_event
from osteon.worker import run_worker
from storage.keys import KeyFileError
from storage.vault import VaultError

log = logging.getLogger("osteon.node")

PATIENCE_SECONDS = 3.0
SLACK_SECONDS = 5.0
"""For workers, beside the time that they have to come to an end."""


@click.command("node")
@failing_clearly(
    PortTakenError, KeyFileError, VaultError, ProfileError, ApprovalError, PeersError, TlsError, WorkerError
)
def command() -> None:
    """Receive DICOM, pseudonymise it in memory and forward it to Orthanc."""
    settings = read_settings()
    log_to_stderr(settings.log_level, settings.log)
    to_reload = threading.Event()
    stopping = stop_event(to_reload)
    prepare_home(settings.home)
    with locked_home(settings.home, "node", PATIENCE_SECONDS):
        entrances = open_entrances(settings.dicom_hosts, settings.dicom_port, settings.tls_port)
        prepared = prepare_node(settings)
        workers = Workers(
            partial(run_worker, prepared.accepted, prepared.seats), settings.workers, entrances, prepared.forget
        )
        try:
            workers.wait_until_ready(stopping.is_set)
            port = entrances[0].listening.getsockname()[1]
            log.info("listening as %s on %s:%s", settings.ae_title, settings.dicom_host, port)
            if settings.tls_port is not None:
                log.info("and under TLS on port %s", settings.tls_port)
            workers.serve(stopping.is_set, to_reload, prepared.accepted.read_again)
        finally:
            log.info("stopping")
            workers.stop(settings.stop_seconds + SLACK_SECONDS)
            for entrance in entrances:
                entrance.close()
