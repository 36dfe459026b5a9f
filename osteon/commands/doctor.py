"""`osteon doctor`: what is right, what to look at, what is wrong."""

import json

import click

from osteon.failing import failing_clearly
from osteon.health import Verdict, examine
from osteon.logs import log_to_stderr
from osteon.settings import read_settings

MARKS = {Verdict.GOOD: "ok  ", Verdict.LOOK: "look", Verdict.BAD: "BAD "}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly()
def command(*, as_json: bool) -> None:
    """Check configuration, connectivity, and whether Orthanc and the ledger agree. Changes nothing.

    Exit code 0: nothing is wrong (there may be things to look at); 1: something is.
    """
    log_to_stderr()
    findings = []
    for finding in examine(read_settings()):
        findings.append(finding)
        if not as_json:
            click.echo(f"{MARKS[finding.verdict]}  {finding.check}: {finding.detail}")
    if as_json:
        rows = [{"check": f.check, "verdict": f.verdict.value, "detail": f.detail} for f in findings]
        click.echo(json.dumps(rows, indent=1))
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise SystemExit(1)
