"""`osteon pseudonymise IN OUT`: the door's engine over folders, without any running service."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dicom_node.durable import make_folder
from dicom_node.pseudonymisation.dropped_words import DroppedWordsError, DroppedWordStore
from dicom_node.pseudonymisation.profile import ProfileError
from dicom_node.pseudonymisation.vocabulary import ApprovalError
from osteon.engine_parts import profile_of, vocabulary_of
from osteon.failing import failing_clearly
from osteon.home import locked_home, prepare_home
from osteon.logs import log_to_stderr
from osteon.offline.inputs import InputError, find_inputs
from osteon.offline.journal import JournalError, RunJournal
from osteon.offline.output import Origin, OutputError, keep_apart, prepare_output, remove_drafts
from osteon.offline.report import Report
from osteon.offline.report_files import ReportFiles, ReportFilesError
from osteon.offline.run import Run, RunError
from osteon.settings import Settings, at_home, read_settings
from osteon.transfer.bars import ByteBar
from osteon.vault_access import open_vault
from storage.keys import KeyFileError, load_key_file
from storage.vault import VaultError

QUARANTINED, INTERRUPTED = 3, 130
_ERRORS = (
    KeyFileError,
    VaultError,
    ProfileError,
    ApprovalError,
    InputError,
    OutputError,
    ReportFilesError,
    RunError,
    JournalError,
    DroppedWordsError,
    OSError,
)


@click.command("folders", hidden=True)
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("output", metavar="OUT", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--report",
    "report_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was done to every element, and why, as JSON; beside it FILE's name with `.inputs.csv`: which"
    " number in it is which of your files.",
)
@click.option(
    "--profile",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file, instead of the default.",
)
@click.option(
    "--home",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the vault and the key in DIR, so that a patient has the same pseudonym next time, and an interrupted run"
    " can be taken up. Without it both are forgotten at the end: nobody can ever be found again, not even by you.",
)
@click.option(
    "--key-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Use this key: UIDs become what a node with the same key makes of them.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; default: one a processor.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@failing_clearly(*_ERRORS)
def folders(
    *,
    source: Path,
    output: Path,
    report_file: Path | None,
    profile: Path | None,
    home: Path | None,
    key_file: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Pseudonymise all CT, MR and PET images in IN into OUT, with the very engine of the door.

    IN is searched to any depth and never changed. What is not DICOM is listed, never copied. What cannot be
    pseudonymised is not written, and the report says why. `osteon pseudonymise vocabulary` lists the words that were
    dropped from descriptions, `osteon pseudonymise profile` what a profile does.

    Exit codes: 0 all pseudonymised; 1 could not work; 2 wrong usage; 3 something was quarantined or unreadable;
    130 interrupted. With --home the same command goes on where it was interrupted.
    """
    log_to_stderr()
    keep_apart(source=source, output=output, home=home)
    keep_apart(source=source if source.is_dir() else None, output=output, report=report_file)
    with _settings(home, key_file, profile) as settings:
        files = ReportFiles.at(report_file)
        try:
            report = _run(settings, source, output, jobs or len(os.sched_getaffinity(0)), shown=not as_json)
        except KeyboardInterrupt:
            again = "run the same command again for the rest" if home else "without --home it cannot be taken up"
            click.echo(f"interrupted; {again}", err=True)
            sys.exit(INTERRUPTED)
        if files is not None:
            files.write(report)
    summary = report.summary()
    click.echo(json.dumps(summary, indent=2) if as_json else "\n".join(_lines(report, files)))
    sys.exit(QUARANTINED if report.failed else 0)


@contextmanager
def _settings(home: Path | None, key_file: Path | None, profile: Path | None) -> Iterator[Settings]:
    """The settings of this run. Without a home, one that is gone afterwards."""
    if key_file is not None:
        load_key_file(key_file)  # a wrong file is told before anything is made
    changes: dict[str, Any] = {} if profile is None else {"profile": profile}
    base = read_settings().model_copy(update=changes)
    if home is not None:
        prepare_home(home)
        with locked_home(home, "pseudonymise"):
            yield at_home(base, home, key_file)
        return
    with tempfile.TemporaryDirectory(prefix="osteon-") as folder:
        prepare_home(Path(folder))
        yield at_home(base, Path(folder), key_file)


def _run(settings: Settings, source: Path, output: Path, jobs: int, *, shown: bool) -> Report:
    profile, vocabulary = profile_of(settings.profile), vocabulary_of(settings.approved_words_file)
    make_folder(settings.vault_folder)
    keys, _ = open_vault(settings)
    inputs = find_inputs(source, keys.derive("offline-input"))
    if not inputs:
        raise InputError("the input holds no file")
    run = prepare_output(output, Origin(keys.key_id, profile.digest, vocabulary.digest))
    remove_drafts(output)
    folder = settings.home / "offline"
    make_folder(folder)
    journal = RunJournal(folder / f"{run}.jsonl")
    words = DroppedWordStore(settings.dropped_words_folder, keys)
    with ByteBar("Pseudonymising", shown=shown) as bar:
        Run(settings, output, journal, words).take_up(inputs, jobs, bar)
    return Report(inputs, journal.outcomes, journal.treatments, profile, vocabulary)


def _lines(report: Report, files: ReportFiles | None) -> Iterator[str]:
    summary = report.summary()
    yield (
        f"{summary['pseudonymised']} of {summary['files']} files pseudonymised:"
        f" {summary['patients']} patients, {summary['studies']} studies, {summary['bytes'] / 1e6:.1f} MB"
    )
    for reason, count in summary["quarantined_by_reason"].items():
        yield f"{count} quarantined, not written: {reason}"
    if summary["unreadable"]:
        yield f"{summary['unreadable']} could not be read"
    if summary["duplicate"]:
        yield f"{summary['duplicate']} came more than once, written once"
    if summary["not_DICOM"]:
        yield f"{summary['not_DICOM']} are not DICOM (or a DICOMDIR), not copied"
    for study in report.studies():
        done = ", ".join(f"{count} {kind}" for kind, count in study["elements"].items())
        yield f"{study['pseudonym']}  {study['objects']} objects  elements: {done}"
    if files is not None:
        yield f"report: {files.report}   your files by number: {files.inputs}"
