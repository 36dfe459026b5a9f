"""`osteon send`: push DICOM files to a storage peer."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from osteon.transfer.bars import ByteBar
from osteon.transfer.delivery import Delivery, SendReport
from osteon.transfer.destination import Destination, checked_ae_title
from osteon.transfer.errors import TransferError, UsageError
from osteon.transfer.send import CALLING_AE_TITLE, TIMEOUT_SECONDS, send

FAILED, USAGE, INTERRUPTED = 1, 2, 130


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
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output.")
@click.option("--verbose", is_flag=True, help="Also name each failed or ignored file, with the peer's comment.")
def command(
    paths: tuple[Path, ...], destination: str, calling_aet: str, timeout: float, *, as_json: bool, verbose: bool
) -> None:
    """Send DICOM files by C-STORE.

    Folders are searched to any depth. Files go out exactly as stored, without transcoding; those that are
    not DICOM files with a header (Part 10) and DICOMDIRs are counted and left alone.

    File names and comments of the peer may hold patients' names, so they are printed only with --verbose.

    Exit code 0: all stored; 1: something failed, or nothing could be sent; 2: wrong usage; 130: interrupted.
    Sending again is safe: a peer that already has an object keeps it.
    """
    try:
        with ByteBar("Sending", shown=not as_json) as bar:
            report = send(
                paths,
                Destination.parse(destination),
                progress=bar,
                calling_ae_title=checked_ae_title(calling_aet),
                timeout=timeout,
            )
    except UsageError as error:
        _stop(str(error), USAGE)
    except TransferError as error:
        _stop(str(error), FAILED)
    except KeyboardInterrupt:
        _stop("interrupted; what was acknowledged is stored, send again for the rest", INTERRUPTED)
    else:
        click.echo(json.dumps(_as_json(report, verbose), indent=2) if as_json else "\n".join(_lines(report, verbose)))
        sys.exit(FAILED if report.failed else 0)


def _stop(message: str, code: int) -> None:
    click.echo(f"osteon send: {message}", err=True)
    sys.exit(code)


def _lines(report: SendReport, verbose: bool) -> Iterator[str]:
    megabytes = report.bytes_stored / 1e6
    yield (f"{report.succeeded} of {len(report.deliveries)} files stored, {megabytes:.1f} MB in {report.seconds:.1f} s")
    if report.ignored:
        yield f"{len(report.ignored)} other files are not DICOM and were left alone"
    shown = Counter(_public_reason(delivery) for delivery in report.failed)
    for reason, count in shown.most_common():
        yield f"{count} failed: {reason}"
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
        "bytes_stored": report.bytes_stored,
        "seconds": round(report.seconds, 3),
        "by_outcome": report.by_outcome,
        "by_status": report.by_status,
    }
    if verbose:
        answer["failures"] = [{"path": str(one.path), "reason": one.reason} for one in report.failed]
        answer["ignored_files"] = [str(path) for path in report.ignored]
    return answer
