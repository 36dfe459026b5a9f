"""`osteon cohort`: what can be asked, how much a query finds, what it looks like, and queries saved under a name."""

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import click

from osteon.api_requests import Json
from osteon.asking import asking
from osteon.cohort_choosing import Chosen, choosing, named
from osteon.cohort_requests import CohortRequests

SCOPES = ("patient", "study", "series", "assignment", "lesion", "reading", "score")
COLUMNS = ("pseudonym", "study_instance_uid", "sex", "day", "modalities", "series", "objects", "bytes", "readings")
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
THOUSAND = 1000
MOST_SHOWN = 500
FEW_CHOICES = 60
"""Characters of choices that stand beside a field in the list of all of them."""


@click.group("cohort")
def command() -> None:
    """Ask for a cohort, look at it, save the question under a name.

    \b
    osteon cohort count --where 'series.modality=CT and series.slice_thickness_mm<=1.5'
    osteon cohort count --where 'score.sins>=7' --where 'not lesion.bone=sacrum'
    osteon cohort save unstable --where 'score.sins>=13'

    Several --where, --query and --cohort: all of them must hold. The text of a condition is explained in
    docs/cohorts.md.
    """


@command.command()
@click.argument("about", required=False)
@click.option("--french", is_flag=True, help="Meanings in French.")
@asking(CohortRequests)
def fields(*, requests: CohortRequests, about: str | None, french: bool, as_json: bool) -> None:
    """What can be asked: all fields, those of one kind of thing (series, score, …), or one field with its choices."""
    found = requests.fields()
    chosen = [each for each in found if about in (None, each["name"], each["scope"])]
    if about is not None and not chosen:
        raise click.UsageError(_unknown(about, [each["name"] for each in found]))
    if as_json:
        _print(chosen)
        return
    label = "label_fr" if french else "label"
    rows = [(each["name"], _type(each), " ".join(each["operators"]), each[label]) for each in chosen]
    _table(("field", "type", "operators", "meaning"), rows)
    for each in chosen if len(chosen) == 1 else ():
        click.echo("".join(f"\n  {choice}" for choice in each["choices"] or ()).lstrip("\n"))


@command.command()
@choosing
@asking(CohortRequests)
def count(*, requests: CohortRequests, chosen: Chosen, as_json: bool) -> None:
    """Count patients, studies, series, objects, bytes and signed readings; nothing is built."""
    found = requests.counts(chosen.document(requests))
    if as_json:
        _print(found)
        return
    for name, value in found.items():
        click.echo(f"{name:9} {_size(value) if name == 'bytes' else value}")


@command.command()
@choosing
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=20, show_default=True, help="Studies at most.")
@asking(CohortRequests)
def preview(*, requests: CohortRequests, chosen: Chosen, limit: int, as_json: bool) -> None:
    """Show the first studies, by pseudonym."""
    found = requests.preview(chosen.document(requests), limit)
    if as_json:
        _print(found)
        return
    _table(COLUMNS, [[_cell(name, each[name]) for name in COLUMNS] for each in found["items"]])
    if not found["items"]:
        click.echo("no study", err=True)
    elif found["next_cursor"] is not None:
        click.echo(f"more than these {len(found['items'])}; --limit shows up to {MOST_SHOWN}", err=True)


@command.command()
@click.argument("name")
@choosing
@asking(CohortRequests)
def save(*, requests: CohortRequests, name: str, chosen: Chosen, as_json: bool) -> None:
    """Save a query as the next version of NAME; one that is the newest version already makes no other one."""
    if chosen.is_everything:
        raise click.UsageError("give --query, --cohort or --where; --query - with {} is everything")
    saved = requests.save(name, chosen.document(requests))
    if as_json:
        _print(saved)
    else:
        click.echo(_line(saved))


@command.command("list")
@asking(CohortRequests)
def list_cohorts(*, requests: CohortRequests, as_json: bool) -> None:
    """List saved queries by name, each in its newest version."""
    _listed(requests.all(), as_json=as_json)


@command.command()
@click.argument("cohort", metavar="NAME[@VERSION]")
@asking(CohortRequests)
def show(*, requests: CohortRequests, cohort: str, as_json: bool) -> None:
    """Show a saved query; without a version, its newest."""
    found = requests.one(*named(cohort))
    if as_json:
        _print(found)
        return
    click.echo(_line(found))
    _print(found["where"])


@command.command()
@click.argument("name")
@asking(CohortRequests)
def versions(*, requests: CohortRequests, name: str, as_json: bool) -> None:
    """List the versions of a saved query, the first one first."""
    _listed(requests.versions(name), as_json=as_json)


def _listed(found: Iterable[Json], *, as_json: bool) -> None:
    if as_json:
        _print(list(found))
        return
    for each in found:
        click.echo(_line(each))


def _line(saved: Json) -> str:
    return f"{saved['name']}@{saved['version']}  {saved['saved_at'][:19]}Z  by {saved['saved_by']}"


def _print(found: Any) -> None:
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    for row in (heads, *rows):
        click.echo("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def _cell(name: str, value: Any) -> str:
    if name == "bytes":
        return _size(value)
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _size(count: int) -> str:
    value, unit = float(count), 0
    while value >= THOUSAND and unit < len(UNITS) - 1:
        value, unit = value / THOUSAND, unit + 1
    return f"{value:.1f} {UNITS[unit]}" if unit else f"{count} B"


def _type(field: Json) -> str:
    """The kind, with the unit of a number and the values of a short choice."""
    choices = " ".join(field["choices"] or ())
    if choices:
        return choices if len(choices) <= FEW_CHOICES else f"{len(field['choices'])} choices"
    return str(field["kind"]) + (f" [{field['unit']}]" if field["unit"] else "")


def _unknown(about: str, names: Sequence[str]) -> str:
    near = get_close_matches(about, names) or [name for name in names if about in name]
    hint = f"; perhaps {', '.join(near[:5])}" if near else ""
    return f"no field and no kind of thing is called {about}{hint}; kinds are {', '.join(SCOPES)}"
