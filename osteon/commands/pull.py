"""`osteon pull`: fetch a release, or the images, readings and scores of a patient or study."""

import importlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import click

from osteon.transfer.bars import ByteBar
from osteon.transfer.client import Client
from osteon.transfer.errors import FolderError, SignInError, TransferError, UsageError
from osteon.transfer.names import Target, TargetKind
from osteon.transfer.only import Only
from osteon.transfer.patience import Patience
from osteon.transfer.pull import pull
from osteon.transfer.pull_report import PullReport, Step
from osteon.transfer.release_pull import pull_release
from osteon.transfer.release_verify import verify_release
from osteon.transfer.release_words import report_json, report_lines, verification_json, verification_lines
from osteon.transfer.volumes import Convert

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_WORKERS = 4
MOST_WORKERS = 32
FAILED, USAGE, INTERRUPTED = 1, 2, 130
WHAT_FAILED = {
    Step.LIST: "studies not listed in full",
    Step.FETCH: "files failed",
    Step.NIFTI: "series refused as NIfTI",
}


@click.command()
@click.argument("target")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The Osteon server.")
@click.option("--token", envvar="OSTEON_TOKEN", help="Also read from OSTEON_TOKEN, where no process list shows it.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds the token, instead of --token.",
)
@click.option(
    "--nifti", is_flag=True, help="Of a patient or study: also write each series as nifti/<SeriesInstanceUID>.nii.gz."
)
@click.option(
    "--only",
    multiple=True,
    metavar="FIELD=PATTERN",
    help="Of a release: only files whose kind, patient, study, series or path fits; several may be given.",
)
@click.option("--verify", is_flag=True, help="Of a release in DIR: check every file against its sums, fetch nothing.")
@click.option(
    "--workers",
    default=DEFAULT_WORKERS,
    show_default=True,
    type=click.IntRange(1, MOST_WORKERS),
    help="Files fetched at the same time.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output.")
def command(
    *,
    target: str,
    folder: Path,
    url: str,
    token: str | None,
    token_file: Path | None,
    workers: int,
    nifti: bool,
    only: tuple[str, ...],
    verify: bool,
    as_json: bool,
) -> None:
    """Fetch a release (its number), a patient (OST-…) or a study (2.25.…) into DIR, through the API.

    A release arrives as a bag (RFC 8493): its manifest release.json, the files below data/, and their SHA-256 in
    manifest-sha256.txt. What was damaged or cut off is fetched again, what is right is not; files of a patient who
    was erased from it are removed.

    Of a patient or a study, files arrive as DIR/<pseudonym>/<study>/<series>/<object>.dcm and are checked against
    the server's SHA-256. A pull that was broken off goes on where it stopped; files that are there and right are not
    fetched again. Beside them: readings.csv, scores.csv, manifest.json, and SHA256SUMS for
    `sha256sum -c SHA256SUMS`. DIR holds one target.

    A study that objects are still coming to, or that its source knows more of, is warned of; the manifest says how
    each study stood.

    Exit code 0: everything that the server has is there and right; 1: something failed, or a series was refused
    as NIfTI (the report and the manifest say which and why); 2: wrong usage; 130: interrupted.
    """
    try:
        asked = _Asked.checked(target, only=only, verify=verify, nifti=nifti)
        with ByteBar("Checking" if verify else "Fetching", shown=not as_json) as bar:
            if verify:
                outcome = _verified(asked, folder, bar, workers)
            else:
                with Client(url, _token(token, token_file), patience=Patience(), connections=workers) as client:
                    outcome = _pulled(client, asked, folder, bar, workers)
    except UsageError as error:
        _stop(str(error), USAGE)
    except TransferError as error:
        _stop(str(error), FAILED)
    except KeyboardInterrupt:
        _stop("interrupted; run it again to go on", INTERRUPTED)
    else:
        click.echo(json.dumps(outcome.as_json, indent=2) if as_json else "\n".join(outcome.lines))
        sys.exit(0 if outcome.is_right else FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for, when it can be meant."""

    target: Target
    only: Only
    nifti: bool

    @classmethod
    def checked(cls, target: str, *, only: tuple[str, ...], verify: bool, nifti: bool) -> Self:
        """Raises UsageError."""
        wanted = Target.parse(target)
        is_release = wanted.kind is TargetKind.RELEASE
        if (only or verify) and not is_release:
            raise UsageError("--only and --verify are for releases")
        if nifti and is_release:
            raise UsageError(
                "whether a release has NIfTI was decided when it was made; --nifti is for patients and studies"
            )
        return cls(target=wanted, only=Only.parse(only), nifti=nifti)

    @property
    def release(self) -> int:
        return int(self.target.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What there is to say at the end."""

    is_right: bool
    lines: tuple[str, ...]
    as_json: dict[str, Any]


def _pulled(client: Client, asked: _Asked, folder: Path, bar: ByteBar, workers: int) -> _Outcome:
    if asked.target.kind is TargetKind.RELEASE:
        got = pull_release(client, asked.release, folder, only=asked.only, progress=bar, workers=workers)
        return _Outcome(is_right=got.complete, lines=tuple(report_lines(got)), as_json=report_json(got))
    converter = _converter() if asked.nifti else None
    report = pull(client, asked.target, folder, progress=bar, workers=workers, convert=converter)
    return _Outcome(is_right=report.complete, lines=tuple(_lines(report)), as_json=_as_json(report))


def _verified(asked: _Asked, folder: Path, bar: ByteBar, workers: int) -> _Outcome:
    found = verify_release(folder, progress=bar, workers=workers)
    if found.release != asked.release:
        raise FolderError(f"the folder holds release {found.release}")
    return _Outcome(is_right=found.passed, lines=tuple(verification_lines(found)), as_json=verification_json(found))


def _token(token: str | None, token_file: Path | None) -> str:
    if token_file is not None:
        token = token_file.read_text(errors="replace").strip()
    if not token:
        raise SignInError("no token: set OSTEON_TOKEN, or use --token-file")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise SignInError("the token has characters that no token has")
    return token


def _converter() -> Convert:
    """SimpleITK takes a second to load: only for those who ask."""
    conversion = importlib.import_module("annotation.nifti.conversion")

    def convert(paths: Sequence[Path], destination: Path) -> None:
        conversion.write_nifti(conversion.read_series(paths), destination)

    return convert


def _stop(message: str, code: int) -> None:
    click.echo(f"osteon pull: {message}", err=True)
    sys.exit(code)


def _lines(report: PullReport) -> Iterator[str]:
    ways = ", ".join(f"{count} {way.value}" for way, count in report.fetched.items() if count)
    arrived = sum(report.fetched.values())
    yield f"{arrived} of {report.files} files, {report.bytes_total / 1e6:.1f} MB ({ways or 'none'})"
    yield f"{report.readings} readings"
    if report.nifti:
        yield f"{report.nifti} series as NIfTI"
    for (step, reason), count in Counter((one.step, one.reason) for one in report.failures).most_common():
        yield f"{count} {WHAT_FAILED[step]}: {reason}"
    for uid, reason in report.warnings.items():
        yield f"warning: study {uid}: {reason}"


def _as_json(report: PullReport) -> dict[str, Any]:
    return {
        "complete": report.complete,
        "files": report.files,
        "bytes": report.bytes_total,
        **{way.name.lower(): count for way, count in report.fetched.items()},
        "readings": report.readings,
        "nifti": report.nifti,
        "failures": [failure.as_json() for failure in report.failures],
        "warnings": [{"study_instance_uid": uid, "reason": reason} for uid, reason in report.warnings.items()],
    }
