"""One worker process of the node, from the moment it was forked to its end."""

import gc
import logging
import os
import signal
import socket
from types import FrameType

from dicom_node.handover import ENDED, READY, Taker
from osteon.failing import EXPECTED
from osteon.node_parts import Prepared, build_node
from osteon.settings import Settings
from storage.keys import KeyFileError
from storage.vault import VaultError

log = logging.getLogger("osteon.node")

FAILED = 1
_EXPECTED: tuple[type[Exception], ...] = (*EXPECTED, KeyFileError, VaultError)
GARBAGE_THRESHOLD = 50_000
"""Objects made before the first generation is looked through: an object's header makes thousands, none in a cycle."""


def run_worker(settings: Settings, prepared: Prepared, number: int, channel: socket.socket) -> None:
    """Serve the connections that come over `channel` until it says to stop.

    When the process that hands them over has gone without a word, this one goes at once, too: a new node wants the
    outbox, in which everything that was acknowledged is durable.
    """
    _obey(channel)
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    taker = Taker(channel)
    try:
        node = build_node(settings, prepared, number, lambda: taker.say(ENDED))
    except _EXPECTED as error:
        log.error("worker %d cannot start: %s", number, error)  # noqa: TRY400 - one line, as everywhere
        raise SystemExit(FAILED) from None
    node.start()
    taker.say(READY)
    while (handed := taker.take()) is not None:
        node.take(handed.connection, handed.address, is_secured=handed.is_secured)
    if taker.is_orphaned:
        os._exit(FAILED)
    node.stop()


def _obey(channel: socket.socket) -> None:
    """Ctrl-C reaches every process of a terminal: the one that started this decides. SIGTERM stops this one."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        channel.shutdown(socket.SHUT_RD)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
