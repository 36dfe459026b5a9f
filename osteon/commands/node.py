"""`osteon node`: the DICOM door and its forwarders, in worker processes behind one port."""

import logging
from functools import partial

import click

from dicom_node.listener import PortTakenError, open_port
from dicom_node.pseudonymisation.profile import ProfileError
from dicom_node.pseudonymisation.vocabulary import ApprovalError
from dicom_node.workers import WorkerError, Workers
from osteon.failing import failing_clearly
from osteon.home import locked_home, prepare_home
from osteon.logs import log_to_stderr
from osteon.node_parts import prepare_node
from osteon.settings import read_settings
from osteon.signals import stop_event
from osteon.worker import run_worker
from storage.keys import KeyFileError
from storage.vault import VaultError

log = logging.getLogger("osteon.node")

PATIENCE_SECONDS = 3.0


@click.command("node")
@failing_clearly(PortTakenError, KeyFileError, VaultError, ProfileError, ApprovalError, WorkerError)
def command() -> None:
    """Receive DICOM, pseudonymise it in memory and forward it to Orthanc."""
    log_to_stderr()
    settings = read_settings()
    stopping = stop_event()
    prepare_home(settings.home)
    with (
        locked_home(settings.home, "node", PATIENCE_SECONDS),
        open_port(settings.dicom_host, settings.dicom_port) as listening,
    ):
        prepare_node(settings)
        workers = Workers(partial(run_worker, settings), settings.workers, [listening])
        try:
            workers.wait_until_ready(stopping.is_set)
            log.info("listening as %s on %s:%s", settings.ae_title, *listening.getsockname()[:2])
            workers.serve(stopping.is_set)
        finally:
            log.info("stopping")
            workers.stop()
