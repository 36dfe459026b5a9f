"""`osteon endpoints`: the study's endpoints from the folder of a release, as tables, figures and a report."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from annotation.endpoints.grouping import BAND, LEAST, PRIMARY, TREATMENT
from annotation.endpoints.problems import RefusedTablesError
from annotation.endpoints.records import RECURRENCES, EventType
from annotation.endpoints.tables import BANDS
from osteon.asking import DEFAULT_URL, given_token
from osteon.endpoints.fetching import pulled
from osteon.endpoints.making import NobodyCountedError, NoLockError, Wanted, make_report
from osteon.endpoints.printing import NoPrinterError
from osteon.endpoints.reading import UnreadableError
from osteon.transfer.errors import TransferError

BY = (PRIMARY, TREATMENT, *(f"{BAND}{name}" for name in BANDS))
MOST_TOLD = 20
SOMETHING_WRONG = 2


@click.command("endpoints")
@click.argument("release", metavar="RELEASE")
@click.option("--lock", type=click.DateTime(["%Y-%m-%d"]), help="Of patients who have no data lock of their own.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder; made, or empty."
)
@click.option(
    "--by", multiple=True, type=click.Choice(BY), help="Subgroups; may be repeated. Default: primary, treatment."
)
@click.option("--least", type=click.IntRange(2), default=LEAST, show_default=True, help="Smallest subgroup of its own.")
@click.option(
    "--recurrence",
    "recurrences",
    multiple=True,
    type=click.Choice([each.value for each in RECURRENCES]),
    help="What counts as bone recurrence. Default: all three.",
)
@click.option(
    "--leave-out-faulty", is_flag=True, help="Go on without patients whose rows are refused; they are counted."
)
@click.option(
    "--figures/--no-figures", default=True, show_default=True, help="Draw curves, in the report and as files."
)
@click.option("--pdf/--no-pdf", default=True, show_default=True, help="The report as PDF too; needs Pango.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The Osteon server, where RELEASE is a number.")
@click.option("--token", envvar="OSTEON_TOKEN", help="Also read from OSTEON_TOKEN, where no process list shows it.")
@click.option("--token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Instead.")
def command(
    *,
    release: str,
    lock: datetime | None,
    out: Path,
    by: Sequence[str],
    least: int,
    recurrences: Sequence[str],
    leave_out_faulty: bool,
    figures: bool,
    pdf: bool,
    url: str,
    token: str | None,
    token_file: Path | None,
) -> None:
    """Compute the study's endpoints at a data lock from the tables of RELEASE; docs/endpoints.md says which.

    RELEASE is the folder of a pulled release, or a release's number: its tables are then pulled for the report.
    Writes the report (HTML, PDF) in English and French, tables (CSV, Parquet) and figures (SVG, PNG). Exit code 2, and
    nothing written, where the tables are refused: each place is told.
    """
    if out.exists() and any(out.iterdir()):
        raise click.UsageError("--out is a folder that is not empty")
    wanted = Wanted(
        lock=None if lock is None else lock.date(),
        by=tuple(dict.fromkeys(by)) or (PRIMARY, TREATMENT),
        least=least,
        leave_out=leave_out_faulty,
        figures=figures,
        printed=pdf,
        recurrences=tuple(EventType(each) for each in recurrences) or RECURRENCES,
    )
    try:
        with _folder(release, url, token, token_file) as folder:
            found = make_report(folder, wanted, out)
    except RefusedTablesError as error:
        _tell(error)
        raise click.exceptions.Exit(SOMETHING_WRONG) from None
    except (UnreadableError, NoLockError, NobodyCountedError, NoPrinterError) as error:
        raise click.UsageError(str(error)) from None
    except TransferError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(found.cohort.followed)} patients counted, {sum(found.cohort.left_out.values())} left out")
    click.echo(str(out / "report.en.html"))


@contextmanager
def _folder(release: str, url: str, token: str | None, token_file: Path | None) -> Iterator[Path]:
    if not release.isdecimal():
        if not Path(release).is_dir():
            raise click.UsageError(f"RELEASE is neither a number nor a folder: {release}")
        yield Path(release)
        return
    with pulled(int(release), url=url, token=given_token(token, token_file)) as folder:
        yield folder


def _tell(error: RefusedTablesError) -> None:
    """Places and reasons; never what is written there."""
    click.echo(f"{error}; nothing is written:", err=True)
    for each in error.problems[:MOST_TOLD]:
        place = each.place
        click.echo(f"  {place.table}, row {place.row}, {place.column}: {each.reason.words.en}", err=True)
    if len(error.problems) > MOST_TOLD:
        click.echo(f"  and {len(error.problems) - MOST_TOLD} more", err=True)
