"""`osteon studies`: how complete each study is taken to be."""

import json
from collections.abc import Iterator
from typing import Any

import click

from osteon.failing import failing_clearly
from osteon.home import prepare_home
from osteon.settings import read_settings
from storage.database import migrate_registry, open_database
from storage.study_lifecycle import Reason, StudyState
from storage.study_records import ListedStudy, Transition
from storage.study_states import StudyStates

WORDS = {
    Reason.NOT_KNOWN_AT_SOURCE: "its source does not know it",
    Reason.NO_ANSWER: "its source does not answer",
    Reason.ANSWER_UNUSABLE: "its source gives no usable answer",
    Reason.OBJECTS_LOST: "objects are lost",
    Reason.RECORDED_BEFORE: "recorded before there were states",
}


@click.command("studies")
@click.argument("study", required=False)
@click.option("--state", type=click.Choice([state.value for state in StudyState]), help="Only studies in this state.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly()
def command(*, study: str | None, state: str | None, as_json: bool) -> None:
    """List studies with their state, the objects that are here, and what their source names; or tell the history of
    one STUDY (2.25.…).

    receiving: objects are coming; provisional: nothing has come for a while; confirmed: everything that the source
    names is here; revised: objects have come after that.
    """
    states = _states()
    if study is None:
        _list(states, None if state is None else StudyState(state), as_json=as_json)
    elif state is not None:
        raise click.UsageError("--state is for the list, not for one study")
    else:
        _tell(states, study, as_json=as_json)


def _list(states: StudyStates, state: StudyState | None, *, as_json: bool) -> None:
    found = states.listed(state)
    if as_json:
        click.echo(json.dumps([_listed_as_json(one) for one in found], indent=1))
        return
    for one in found:
        click.echo(_line(one))


def _tell(states: StudyStates, study: str, *, as_json: bool) -> None:
    lines = states.history(study)
    if not lines:
        raise click.ClickException("there is no such study")
    if as_json:
        click.echo(json.dumps([_told_as_json(line) for line in lines], indent=1))
        return
    for line in lines:
        click.echo("  ".join(_words_of(line)))


def _line(one: ListedStudy) -> str:
    what = one.standing
    why = _why(what.reason, one.objects, what.objects_expected)
    text = (
        f"{what.study_instance_uid}  {one.pseudonym}  {what.state.value}  revision {what.revision}  "
        f"{one.objects} objects  since {what.since.isoformat(timespec='seconds')}"
    )
    return f"{text}  ({why})" if why else text


def _why(reason: Reason | None, objects: int, expected: int | None) -> str:
    if reason is None:
        return "" if expected is None else f"its source names {expected}"
    if reason is not Reason.FEWER_THAN_SOURCE:
        return WORDS[reason]
    if expected is not None and expected <= objects:
        return f"its source names {expected}, and not all of them are among the {objects} here"
    return f"its source names {expected}, {objects} are here"


def _words_of(line: Transition) -> Iterator[str]:
    yield line.at.isoformat(timespec="seconds")
    yield line.after.value
    yield f"revision {line.revision}"
    yield f"{line.objects} objects"
    why = _why(line.reason, line.objects, line.objects_expected)
    if why:
        yield f"({why})"
    if line.asked:
        yield f"asked {line.asked}"


def _listed_as_json(one: ListedStudy) -> dict[str, Any]:
    what = one.standing
    return {
        "study_instance_uid": what.study_instance_uid,
        "pseudonym": one.pseudonym,
        "state": what.state.value,
        "since": what.since.isoformat(timespec="seconds"),
        "reason": None if what.reason is None else what.reason.value,
        "revision": what.revision,
        "objects": one.objects,
        "objects_expected": what.objects_expected,
        "objects_confirmed": what.objects_confirmed,
        "last_object_at": what.last_object_at.isoformat(timespec="seconds"),
        "confirmed_at": what.confirmed_at and what.confirmed_at.isoformat(timespec="seconds"),
        "confirmed_with": what.confirmed_with,
    }


def _told_as_json(line: Transition) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(timespec="seconds"),
        "from": None if line.before is None else line.before.value,
        "to": line.after.value,
        "revision": line.revision,
        "reason": None if line.reason is None else line.reason.value,
        "objects": line.objects,
        "objects_expected": line.objects_expected,
        "asked": line.asked,
    }


def _states() -> StudyStates:
    settings = read_settings()
    prepare_home(settings.home)
    migrate_registry(settings.registry_database)
    return StudyStates(open_database(settings.registry_database))
