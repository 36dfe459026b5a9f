"""`osteon send`: push DICOM files to a storage peer."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from osteon.transfer.bars import ByteBar
from osteon.transfer.connection import Tls
from osteon.transfer.delivery import Delivery, SendReport
from osteon.transfer.destination import Destination, checked_ae_title
from osteon.transfer.errors import JournalError, TransferError, UsageError
from osteon.transfer.send import CALLING_AE_TITLE, TIMEOUT_SECONDS, Manner, find_some, send_found
from osteon.transfer.sent_journal import SentJournal, usual_place
from osteon.transfer.tls import tls_to

FAILED, USAGE, INTERRUPTED = 1, 2, 130
MOST_ASSOCIATIONS = 16

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("--to", "destination", required=True, metavar="AET@HOST:PORT", help="The storage peer.")
@click.option("--calling-aet", default=CALLING_AE_TITLE, show_default=True, help="AE title to introduce itself with.")
@click.option(
    "--timeout",
    default=TIMEOUT_SECONDS,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds to wait for each answer.",
)
@click.option(
    "--associations",
    default=1,
    show_default=True,
    type=click.IntRange(1, MOST_ASSOCIATIONS),
    help="How many to have open at a time.",
)
@click.option(
    "--retries",
    default=5,
    show_default=True,
    type=click.IntRange(min=0),
    help="How often to try again, after growing pauses, while nothing gets through.",
)
@click.option(
    "--resume",
    "journal_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The journal to go on from and to keep; without it, one is kept until all is sent.",
)
@click.option("--again", is_flag=True, help="Send everything, whatever an earlier run has sent.")
@click.option("--tls", "with_tls", is_flag=True, help="Encrypt, and check the peer's certificate.")
@click.option("--tls-ca", type=_FILE, help="Certificates to trust (PEM), instead of the system's.")
@click.option("--tls-cert", type=_FILE, help="Own certificate (PEM), for peers that ask for one.")
@click.option("--tls-key", type=_FILE, help="Its key (PEM, unencrypted), if not in the same file.")
@click.option("--tls-name", help="Host name that the peer's certificate must have, if not HOST.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output.")
@click.option("--verbose", is_flag=True, help="Also name each failed or ignored file, with the peer's comment.")
def command(
    *,
    paths: tuple[Path, ...],
    destination: str,
    calling_aet: str,
    timeout: float,
    associations: int,
    retries: int,
    journal_file: Path | None,
    with_tls: bool,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    tls_name: str | None,
    again: bool,
    as_json: bool,
    verbose: bool,
) -> None:
    """Send DICOM files by C-STORE.

    Folders are searched to any depth. Files go out exactly as stored, without transcoding; those that are
    not DICOM files with a header (Part 10) and DICOMDIRs are counted and left alone.

    A lost association, and a peer that is short of resources (0xA7xx), are tried again. What is acknowledged is
    noted in a journal until everything is sent: after an interruption the same command goes on with the rest. The
    journal holds no file names; it lies in ~/.local/state/osteon/send, or where --resume says, and is then kept.

    File names and comments of the peer may hold patients' names, so they are printed only with --verbose.

    Exit code 0: all stored; 1: something failed, or nothing could be sent; 2: wrong usage; 130: interrupted.
    Sending again is safe: a peer that already has an object keeps it.
    """
    where = ""
    try:
        peer = Destination.parse(destination)
        manner = Manner(
            calling_ae_title=checked_ae_title(calling_aet),
            timeout=timeout,
            associations=associations,
            attempts=retries + 1,
            tls=_tls(peer, wanted=with_tls, ca=tls_ca, certificate=tls_cert, key=tls_key, name=tls_name),
        )
        found = find_some(paths)
        with _journal(journal_file, paths, peer, again=again) as journal:
            where = "" if journal is None else f" (journal: {journal.path})"
            with ByteBar("Sending", shown=not as_json) as bar:
                report = send_found(found, peer, manner=manner, progress=bar, acknowledged=journal)
            if journal is not None and journal_file is None and not report.failed:
                journal.discard()
                where = ""
    except UsageError as error:
        _stop(str(error), USAGE)
    except TransferError as error:
        _stop(f"{error}{where}", FAILED)
    except KeyboardInterrupt:
        _stop(
            f"interrupted; what was acknowledged is stored, the same command goes on with the rest{where}", INTERRUPTED
        )
    else:
        lines = _lines(report, where, verbose=verbose)
        click.echo(json.dumps(_as_json(report, verbose), indent=2) if as_json else "\n".join(lines))
        sys.exit(FAILED if report.failed else 0)


def _tls(
    peer: Destination, *, wanted: bool, ca: Path | None, certificate: Path | None, key: Path | None, name: str | None
) -> Tls | None:
    if wanted:
        return tls_to(peer.host, ca=ca, certificate=certificate, key=key, name=name)
    if ca or certificate or key or name:
        raise UsageError("--tls-… options mean nothing without --tls")
    return None


def _journal(
    chosen: Path | None, paths: tuple[Path, ...], peer: Destination, *, again: bool
) -> SentJournal | nullcontext[None]:
    """The journal of this send. The usual one is a service: where it cannot be kept, there is none."""
    if chosen is not None:
        return SentJournal(chosen, peer, anew=again)
    try:
        return SentJournal(usual_place(os.environ, paths, peer), peer, anew=again)
    except JournalError as error:
        click.echo(f"osteon send: {error}; an interruption would begin anew", err=True)
        return nullcontext()


def _stop(message: str, code: int) -> None:
    click.echo(f"osteon send: {message}", err=True)
    sys.exit(code)


def _lines(report: SendReport, where: str, *, verbose: bool) -> Iterator[str]:
    megabytes = report.bytes_stored / 1e6
    if report.acknowledged_earlier:
        yield f"{report.acknowledged_earlier} files were sent by an earlier run, and not again; --again sends them too"
    yield (f"{report.succeeded} of {len(report.deliveries)} files stored, {megabytes:.1f} MB in {report.seconds:.1f} s")
    if report.ignored:
        yield f"{len(report.ignored)} other files are not DICOM and were left alone"
    shown = Counter(_public_reason(delivery) for delivery in report.failed)
    for reason, count in shown.most_common():
        yield f"{count} failed: {reason}"
    if report.failed:
        yield f"the same command tries only those again{where}"
    if verbose:
        yield from (f"failed: {delivery.path}: {delivery.reason}" for delivery in report.failed)
        yield from (f"not DICOM: {path}" for path in report.ignored)
    elif report.failed:
        yield "--verbose names the files"


def _public_reason(delivery: Delivery) -> str:
    return delivery.outcome.value if delivery.status is None else f"{delivery.outcome.value} 0x{delivery.status:04X}"


def _as_json(report: SendReport, verbose: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "stored": report.succeeded,
        "failed": len(report.failed),
        "ignored": len(report.ignored),
        "acknowledged_earlier": report.acknowledged_earlier,
        "bytes_stored": report.bytes_stored,
        "seconds": round(report.seconds, 3),
        "by_outcome": report.by_outcome,
        "by_status": report.by_status,
    }
    if verbose:
        answer["failures"] = [{"path": str(one.path), "reason": one.reason} for one in report.failed]
        answer["ignored_files"] = [str(path) for path in report.ignored]
    return answer
