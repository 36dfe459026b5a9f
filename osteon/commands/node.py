"""`osteon node`: the DICOM door and its forwarder, in one process."""

import logging

import click

from dicom_node.listener import PortTakenError
from dicom_node.pseudonymisation.profile import ProfileError
from dicom_node.pseudonymisation.vocabulary import ApprovalError
from osteon.failing import failing_clearly
from osteon.home import locked_home, prepare_home
from osteon.logs import log_to_stderr
from osteon.node_parts import build_node
from osteon.settings import read_settings
from osteon.signals import stop_event
from storage.keys import KeyFileError
from storage.vault import VaultError

log = logging.getLogger("osteon.node")


@click.command("node")
@failing_clearly(PortTakenError, KeyFileError, VaultError, ProfileError, ApprovalError)
def command() -> None:
    """Receive DICOM, pseudonymise it in memory and forward it to Orthanc."""
    log_to_stderr()
    settings = read_settings()
    stopping = stop_event()
    prepare_home(settings.home)
    with locked_home(settings.home, "node"):
        node = build_node(settings)
        port = node.start()
        try:
            log.info("listening as %s on %s:%s", settings.ae_title, settings.dicom_host, port)
            stopping.wait()
        finally:
            log.info("stopping")
            node.stop()
