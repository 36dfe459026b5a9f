"""`osteon watch`: send whatever appears in a folder through the door."""

import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import click
from watchfiles import watch as watch_for_changes

from osteon.addresses import door
from osteon.failing import failing_clearly
from osteon.incoming.endings import Endings, WatchedFolderError, WhenSent
from osteon.incoming.folder_watch import FolderWatch
from osteon.incoming.waiting import Waiting
from osteon.logs import log_to_stderr
from osteon.settings import read_settings
from osteon.signals import stop_event
from osteon.transfer.destination import Destination, checked_ae_title
from osteon.transfer.errors import TransferError
from osteon.transfer.send import TIMEOUT_SECONDS, Manner
from osteon.transfer.sent_journal import SentJournal

CALLING_AE_TITLE = "OSTEON_WATCH"
STEP_SECONDS = 0.5
LOOK_SECONDS = 30.0
"""How often the folder is looked at though nothing was told."""

LONGEST_PAUSE_SECONDS = 60.0
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)
_NEW_FOLDER = click.Path(file_okay=False, path_type=Path, resolve_path=True)

log = logging.getLogger("osteon.watch")


@click.command("watch")
@click.argument("folder", type=_FOLDER)
@click.option("--to", "to", metavar="AET@HOST:PORT", help="The storage peer; by default the door of this node.")
@click.option("--done", type=_NEW_FOLDER, help="Where sent files are moved; by default FOLDER/done.")
@click.option("--failed", type=_NEW_FOLDER, help="Where failed files are moved; by default FOLDER/failed.")
@click.option("--remove", is_flag=True, help="Remove files once they are stored, instead of moving them.")
@click.option("--keep", is_flag=True, help="Leave files where they are once they are stored.")
@click.option(
    "--settle",
    default=2.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    help="Seconds for which a file must not change before it counts as whole.",
)
@click.option(
    "--poll",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    help="Look at the folder so often instead of being told by the system: for network shares.",
)
@click.option("--calling-aet", default=CALLING_AE_TITLE, show_default=True, help="AE title to introduce itself with.")
@click.option("--once", is_flag=True, help="Deal with the files that are there, then end.")
@click.option("--verbose", is_flag=True, help="Log the names of files, which may hold those of patients.")
@failing_clearly(WatchedFolderError, TransferError)
def command(
    *,
    folder: Path,
    to: str | None,
    done: Path | None,
    failed: Path | None,
    remove: bool,
    keep: bool,
    settle: float,
    poll: float | None,
    calling_aet: str,
    once: bool,
    verbose: bool,
) -> None:
    """Send the DICOM files that appear in FOLDER, at any depth, by C-STORE to the door of this node.

    A file is sent once it is whole: unchanged for a while, or renamed when it was finished. Names that begin with a
    dot or end with .part, .partial, .filepart, .crdownload or .tmp are left alone until they are renamed.

    A file is moved or removed only after it was answered with Success. One that is not DICOM, or that the door does
    not take, is moved to the failed folder beside a note of the reason. What fails for the moment waits. Nothing is
    lost by a crash: what was not yet moved is sent again, which changes nothing.

    Exit code 0: stopped, or (with --once) all sent; 1: wrong usage, or (with --once) something failed or waits.
    """
    log_to_stderr()
    os.umask(0o077)
    signal.signal(signal.SIGIO, signal.SIG_IGN)  # told when somebody opens a file that is being checked
    if remove + keep + (done is not None) > 1:
        raise click.UsageError("--done, --remove and --keep exclude each other")
    stopping = stop_event()
    done, failed = done or folder / "done", failed or folder / "failed"
    when_sent = WhenSent.REMOVE if remove else WhenSent.KEEP if keep else WhenSent.MOVE
    destination = Destination.parse(to) if to else door(read_settings())
    with ExitStack() as held:
        held.enter_context(_alone(folder))
        endings = Endings(folder, when_sent=when_sent, done=done, failed=failed)
        endings.put_back()
        journal = held.enter_context(SentJournal(folder / ".osteon-sent", destination) if keep else nullcontext())
        watch = FolderWatch(
            waiting=Waiting(folder, settle_seconds=settle, left_alone=(done, failed), is_local=poll is None),
            endings=endings,
            destination=destination,
            manner=Manner(
                calling_ae_title=checked_ae_title(calling_aet), timeout=TIMEOUT_SECONDS, attempts=2, first_pause=1.0
            ),
            acknowledged=journal,
            stopping=stopping,
            says_names=verbose,
        )
        log.info("watching, to send to %s", destination)
        if once:
            raise SystemExit(_deal_with_all(watch, stopping))
        _go_on(watch, stopping, folder, poll)


def _go_on(watch: FolderWatch, stopping: threading.Event, folder: Path, poll: float | None) -> None:
    """Round after round until asked to stop; a longer pause after each round in which something was put off."""
    due, pause = 0.0, 1.0
    for is_told in _looks(folder, stopping, poll):
        now = time.monotonic()
        if now < due or not (is_told or watch.is_unsettled or now - due > LOOK_SECONDS):
            continue
        tally = watch.round()
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS) if tally.put_off else 1.0
        due = time.monotonic() + (pause if tally.put_off else 0)


def _looks(folder: Path, stopping: threading.Event, poll: float | None) -> Iterator[bool]:
    """When to look at the folder, and whether there is something new for certain."""
    yield True
    if poll is not None:
        while not stopping.wait(poll):
            yield True
        return
    changes = watch_for_changes(
        folder,
        watch_filter=None,
        debounce=200,
        rust_timeout=int(1000 * STEP_SECONDS),
        yield_on_timeout=True,
        stop_event=stopping,
        raise_interrupt=False,
    )
    is_first = True
    for change in changes:
        yield bool(change) or is_first
        is_first = False


def _deal_with_all(watch: FolderWatch, stopping: threading.Event) -> int:
    """Wait until every file is whole, and try each; the exit code."""
    has_failed = False
    while not stopping.is_set():
        tally = watch.round()
        has_failed = has_failed or bool(tally.failed)
        if tally.put_off or not (tally or watch.is_unsettled):
            return int(has_failed or bool(tally.put_off))
        stopping.wait(0 if tally else STEP_SECONDS)
    return 1


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two watches would move each other's files."""
    with (folder / ".osteon-watch.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WatchedFolderError(f"another `osteon watch` has {folder}") from None
        except OSError:
            log.warning("this file system has no locks: make sure that only one `osteon watch` has the folder")
        yield
