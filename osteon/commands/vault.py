"""`osteon vault`: what only the custodian of the keys does, each time with a reason, and on record.

Patient numbers are read from the terminal or from standard input, never from the command line, which other users of
the machine and the shell's history would see.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from typing import ParamSpec

import click

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.person import ReceivedNumber, person_of
from osteon.failing import failing_clearly
from osteon.home import locked_home, prepare_home
from osteon.settings import Settings, read_settings
from osteon.vault_access import open_custody
from osteon.warrants import with_warrant
from storage.database import migrate, open_database
from storage.identities import PatientIdentifier
from storage.keys import KeyFileError, load_key_file
from storage.pseudonyms import is_pseudonym
from storage.vault_audit import Warrant
from storage.vault_errors import MergeRefusedError, UnknownInVaultError, VaultError
from storage.vault_rotation import rotate_key
from storage.vault_tables import VAULT

P = ParamSpec("P")


class _Unknown(click.ClickException):
    exit_code = 3


class _Refused(click.ClickException):
    exit_code = 4


class _PseudonymType(click.ParamType[str]):
    """A pseudonym whose check character agrees: a slip of the hand is told apart from an unknown person."""

    name = "pseudonym"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = value.strip().upper()
        if not is_pseudonym(text):
            self.fail(f"{value!r} is no pseudonym: check how it was copied", param, ctx)
        return text


PSEUDONYM = _PseudonymType()


def _for_custodian(function: Callable[P, None]) -> Callable[P, None]:
    """Failures in one line: exit code 3 when nobody is known, 4 when a merge is refused, else 1."""

    @failing_clearly(KeyFileError, VaultError)
    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except UnknownInVaultError as error:
            raise _Unknown(str(error)) from None
        except MergeRefusedError as error:
            raise _Refused(str(error)) from None

    return run


json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
issuer_option = click.option("--issuer", metavar="NAME", help="Who issued the number; else the default issuer.")


@click.group("vault")
def command() -> None:
    """Look up, re-identify and merge patients; rotate the key. For the custodian only; every act is recorded.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nobody is known by that, 4 the merge is refused.
    """


@command.command()
@issuer_option
@with_warrant
@json_option
@_for_custodian
def lookup(issuer: str | None, warrant: Warrant, *, as_json: bool) -> None:
    """Print the pseudonym of a patient number, which is asked for or read from standard input."""
    settings = read_settings()
    pseudonym = open_custody(settings).lookup(_asked_number(settings, issuer), warrant)
    click.echo(json.dumps({"pseudonym": pseudonym}) if as_json else pseudonym)


@command.command("re-identify")
@click.argument("pseudonym", type=PSEUDONYM)
@with_warrant
@json_option
@_for_custodian
def re_identify(pseudonym: str, warrant: Warrant, *, as_json: bool) -> None:
    """Print the patient numbers behind PSEUDONYM, and the days that its dates were moved by."""
    known = open_custody(read_settings()).re_identify(pseudonym, warrant)
    if as_json:
        click.echo(json.dumps(asdict(known), indent=1, ensure_ascii=False))
        return
    if known.pseudonym != known.asked:
        click.echo(f"{known.asked} has given way to {known.pseudonym}")
    for number in known.numbers:
        click.echo(f"number {number.number}  issuer {number.issuer or '(none said)'}")
    click.echo(f"true date = date in the images of {known.asked} + {-known.date_offset_days} days")


@command.command()
@click.argument("survivor", type=PSEUDONYM)
@click.argument("other", type=PSEUDONYM)
@click.option("--force", is_flag=True, help="Even when OTHER has images, which keep its pseudonym and dates.")
@with_warrant
@json_option
@_for_custodian
def merge(survivor: str, other: str, warrant: Warrant, *, force: bool, as_json: bool) -> None:
    """Make two patients one: what comes from now on for OTHER is SURVIVOR's."""
    open_custody(read_settings()).merge(survivor, other, warrant, force=force)
    _say(as_json, f"{other} gives way to {survivor}", survivor=survivor, other=other)


@command.command("add-number")
@click.argument("pseudonym", type=PSEUDONYM)
@issuer_option
@with_warrant
@json_option
@_for_custodian
def add_number(pseudonym: str, issuer: str | None, warrant: Warrant, *, as_json: bool) -> None:
    """Give PSEUDONYM one more patient number that no image came under yet; it is asked for or read as in lookup."""
    settings = read_settings()
    open_custody(settings).add_number(pseudonym, _asked_number(settings, issuer), warrant)
    _say(as_json, f"{pseudonym} has the number too", pseudonym=pseudonym)


@command.command("rotate-key")
@with_warrant
@json_option
@_for_custodian
def rotate(warrant: Warrant, *, as_json: bool) -> None:
    """Make a new key and seal the vault anew with it. Pseudonyms, dates and UIDs stay. The node must not run."""
    settings = read_settings()
    before = load_key_file(settings.key_path).key_id
    prepare_home(settings.home)
    with locked_home(settings.home, "node"):
        migrate(settings.vault_database, VAULT)
        remains: list[str] = []
        vault = open_database(settings.vault_database)
        after = rotate_key(vault, settings.key_path, warrant, tell=remains.append).key_id
    text = f"key {before} is replaced by {after}: back up {settings.key_path}, then start every node with it"
    text = "\n".join([text, *(f"not done yet: {each}" for each in remains)])
    _say(as_json, text, before=before, after=after, remains=next(iter(remains), None))


@command.command()
@json_option
@_for_custodian
def conflicts(*, as_json: bool) -> None:
    """List studies that two patients' objects came in, and pseudonyms that are probably one patient's."""
    custodian = open_custody(read_settings())
    studies, pairs = custodian.studies_in_conflict(), custodian.possible_duplicates()
    if as_json:
        content = {"studies": list(map(asdict, studies)), "possible_duplicates": list(map(asdict, pairs))}
        click.echo(json.dumps(content, indent=1, default=_instant))
        return
    for study in studies:
        click.echo(f"study {study.study_instance_uid} of {study.pseudonym} also came for {study.other}")
    for pair in pairs:
        click.echo(f"{pair.pseudonym} and {pair.other} are probably one patient: merge them, or correct the source")


@command.command()
@json_option
@_for_custodian
def audit(*, as_json: bool) -> None:
    """Print who did what to whom and why, oldest first; exit code 1 when an entry was tampered with."""
    for entry in open_custody(read_settings()).audit():
        if as_json:
            content = {**asdict(entry), "action": entry.action.value}
            click.echo(json.dumps(content, ensure_ascii=False, default=_instant))
            continue
        at, whom = entry.at.isoformat(timespec="seconds"), " ".join((*entry.pseudonyms, *entry.objects)) or "-"
        click.echo(f"{entry.number}  {at}  {entry.action.value}  {whom}  {entry.by}: {entry.reason}")


def _asked_number(settings: Settings, issuer: str | None) -> PatientIdentifier:
    number: str = click.prompt("Patient number", err=True) if sys.stdin.isatty() else sys.stdin.readline()
    received = ReceivedNumber(number=number, issuer=settings.default_issuer if issuer is None else issuer)
    try:
        return person_of(received).identifier
    except UnprocessableError:
        raise click.UsageError("that is no patient number") from None


def _say(as_json: bool, text: str, **facts: str | None) -> None:
    click.echo(json.dumps(facts) if as_json else text)


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
