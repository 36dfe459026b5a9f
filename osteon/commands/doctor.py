"""`osteon doctor`: what is right, what to look at, what is wrong; and, when asked to, what was put right."""

import json
from collections.abc import Iterator

import click

from dicom_node.pseudonymisation.profile import ProfileError
from dicom_node.pseudonymisation.vocabulary import ApprovalError
from osteon.failing import failing_clearly
from osteon.health.checks import examine
from osteon.health.findings import Finding, Verdict
from osteon.health.repair import repair as repair_all
from osteon.home import prepare_home
from osteon.logs import log_to_stderr
from osteon.progress import Bars
from osteon.settings import Settings, read_settings
from storage.keys import KeyFileError
from storage.vault import VaultError

MARKS = {Verdict.GOOD: "ok  ", Verdict.LOOK: "look", Verdict.BAD: "BAD "}


@click.command("doctor")
@click.option("--repair", is_flag=True, help="Put right what ledger, outboxes, Orthanc and quarantine disagree on.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly(KeyFileError, VaultError, ProfileError, ApprovalError)
def command(*, repair: bool, as_json: bool) -> None:
    """Check configuration, connectivity, and whether Orthanc and the ledger agree. Changes nothing.

    With --repair, what can be put right is: rows that the ledger lacks are written, objects that Orthanc lacks are sent
    again from where they still are, and what is found nowhere is named, with its study and association. The node may
    be running.

    Exit code 0: nothing is wrong (there may be things to look at); 1: something is.
    """
    log_to_stderr()
    settings = read_settings()
    findings = []
    for finding in _repaired(settings, shown=not as_json) if repair else examine(settings):
        findings.append(finding)
        if not as_json:
            click.echo("\n".join(_lines(finding)))
    if as_json:
        click.echo(json.dumps([_row(finding) for finding in findings], indent=1))
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise SystemExit(1)


def _repaired(settings: Settings, *, shown: bool) -> Iterator[Finding]:
    prepare_home(settings.home)
    with Bars(shown=shown) as bars:
        yield from repair_all(settings, bars.begin)


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{MARKS[finding.verdict]}  {finding.check}: {finding.detail}"
    yield from (f"      {line}" for line in finding.details)


def _row(finding: Finding) -> dict[str, object]:
    row: dict[str, object] = {
        "check": finding.check,
        "verdict": finding.verdict.value,
        "detail": finding.detail,
    }
    return row | ({"details": list(finding.details)} if finding.details else {})
