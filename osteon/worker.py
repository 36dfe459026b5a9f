"""One worker process of the node, from the moment it was forked to its end."""

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

from dicom_node.handover import ENDED, READY, Taker
from dicom_node.seats import Seats
from osteon.configuration import RELOADABLE, SETTINGS, UNUSABLE, Accepted
from osteon.failing import EXPECTED
from osteon.logs import set_level
from osteon.node_parts import build_node
from osteon.reloading import Reloading
from osteon.settings import PREFIX, Settings, read_settings
from storage.keys import KeyFileError
from storage.vault import VaultError

log = logging.getLogger("osteon.node")

FAILED = 1
_EXPECTED: tuple[type[Exception], ...] = (*EXPECTED, KeyFileError, VaultError)
GARBAGE_THRESHOLD = 50_000
"""Objects made before the first generation is looked through: an object's header makes thousands, none in a cycle."""

SWITCH_SECONDS = 0.001
"""For how long a thread that computes keeps the interpreter from one that wants it.

An association wants it after every read; with Python's 5 ms, a forwarder that puts its batch together holds it up.
"""


def run_worker(accepted: Accepted, seats: Seats, number: int, channel: socket.socket) -> None:
    """Serve the connections that come over `channel` until it says to stop, by the configuration accepted last.

    When the process that hands them over has gone without a word, this one goes at once, too: a new node wants the
    outbox, in which everything that was acknowledged is durable.
    """
    _obey(channel)
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    sys.setswitchinterval(SWITCH_SECONDS)
    taker = Taker(channel)
    configuration = accepted.now
    settings = configuration.settings
    try:
        node = build_node(configuration, seats, number, lambda: taker.say(ENDED))
    except _EXPECTED as error:
        log.error("worker %d cannot start: %s", number, error)  # noqa: TRY400 - one line, as everywhere
        raise SystemExit(FAILED) from None
    reloading = Reloading({SETTINGS: lambda: _reload_settings(settings), **node.reloads}, UNUSABLE, node.events)
    node.start()
    taker.say(READY)
    while (handed := taker.take(reloading.reload, reloading.refuse)) is not None:
        node.take(handed.connection, handed.address, is_secured=handed.is_secured)
    if taker.is_orphaned:
        os._exit(FAILED)
    if not node.stop(settings.stop_seconds):
        log.warning("something hangs and is not waited for; what it had in hand is in the outbox")
        logging.shutdown()
        os._exit(0)  # the interpreter would wait for threads that Orthanc keeps waiting


def _reload_settings(at_start: Settings) -> Callable[[], None]:
    """The log level is put in force; what changed beside what can be is told."""
    now = read_settings()
    changed = [name for name in Settings.model_fields if getattr(now, name) != getattr(at_start, name)]
    for name in sorted(set(changed) - RELOADABLE):
        log.warning("%s%s has changed, which counts from the next start on", PREFIX, name.upper())
    return lambda: set_level(now.log_level)


def _obey(channel: socket.socket) -> None:
    """Ctrl-C reaches every process of a terminal: the one that started this decides. SIGTERM stops this one."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        channel.shutdown(socket.SHUT_RD)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
