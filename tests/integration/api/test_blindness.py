"""Blind means blind: every route that can be read is asked by the other reader, the adjudicator and an outsider."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from annotation.roles import Role
from api.dicomweb.archive import Archive
from storage.ledger import Ledger
from storage.releases.records import Contents
from storage.tokens import Tokens
from tests.builders.dicomweb import EmptySource
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY
from tests.builders.release_place import Place
from tests.builders.releases import Foreground, LedgerSeries, SameReport, new_release
from tests.integration.api.blind import (
    ANNE,
    BEN,
    JUDGE,
    MANAGER,
    OUTSIDER,
    PEOPLE,
    Clients,
    addresses,
    answers,
    assign,
    complete,
    every_get,
    known_values,
    make_protocol,
)
from tests.integration.api.drafting import begin, saved, signed
from tests.integration.api.reading import (
    FEMUR,
    FEMUR_FINDINGS,
    VERTEBRA_FINDINGS,
    Json,
    items,
    open_lesion,
    record_reading,
)

# Numbers that stand nowhere else.
LONG, SHORT, REVISED = 77.125, 66.375, 55.625
CHANGES, AUDIT = "/api/v1/changes", "/api/v1/audit"
NOTE, WRITTEN = "Nothing of this is told.", "And nothing of what is being written."
VALUES = tuple(str(value) for value in (LONG, SHORT, REVISED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One study in two pairs of hands: a lesion that was there before, one reading of it on another study, its pain."""

    common: Json
    elsewhere: Json
    context: Json
    protocol: Json
    assignment: Json
    meeting: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one blind reader has done."""

    lesion: Json
    readings: tuple[Json, ...]
    context: Json
    draft: Json

    @property
    def traces(self) -> tuple[str, ...]:
        """What nobody else may find anywhere."""
        ids = (self.lesion["lesion_id"], self.context["context_id"], *(each["reading_id"] for each in self.readings))
        return (*ids, '"L1001"', NOTE, *VALUES)

    @property
    def private(self) -> tuple[str, ...]:
        """What nobody else finds afterwards either."""
        return (self.draft["draft_id"], WRITTEN)


@pytest.fixture
def clients(url: str, engine: Engine, ledger: Ledger) -> Iterator[Clients]:
    ledger.record(OBJECTS)
    with ExitStack() as stack:
        yield Clients(
            by_name={
                name: stack.enter_context(
                    httpx.Client(
                        base_url=url,
                        headers={"Authorization": f"Bearer {Tokens(engine).create(name, roles=list(Role))}"},
                        timeout=30,
                    )
                )
                for name in PEOPLE
            }
        )


@pytest.fixture
def archive() -> Archive:
    return Archive(EmptySource(), 2)


Release = Callable[[], None]


@pytest.fixture
def release(engine: Engine, tmp_path: Path, clients: Clients) -> Release:  # noqa: ARG001 - what is in the registry
    """Makes one of everything that may be in it now, but for images."""
    place = Place(engine, tmp_path / "releases", cohorts=LedgerSeries(engine))
    place.images.files.update({each.orthanc_id: b"" for each in OBJECTS})

    def make() -> None:
        begun = place.store.begin(new_release(contents=Contents(dicom=False, sr=True)))
        place.builder(reports=SameReport()).build(begun.number, Foreground())

    return make


@pytest.fixture
def stage(clients: Clients, release: Release) -> Stage:
    common = open_lesion(clients[OUTSIDER])
    elsewhere = record_reading(clients[OUTSIDER], common, study_instance_uid=NEW_STUDY, geometry=None)
    context = enter_pain(clients[OUTSIDER], common)
    protocol = make_protocol(clients[MANAGER])
    assignment = assign(clients[MANAGER], protocol)
    release()
    return Stage(
        common=common,
        elsewhere=elsewhere,
        context=context,
        protocol=protocol,
        assignment=assignment,
        meeting=plan_meeting(clients[OUTSIDER]),
    )


def plan_meeting(client: httpx.Client) -> Json:
    """The patient who is read blindly is on it, presented after every study."""
    meeting: Json = client.post("/api/v1/meetings", json={"held_on": "2026-06-12"}).json()
    added = client.post(
        f"/api/v1/meetings/{meeting['meeting_id']}/dossiers",
        json={"pseudonym": PSEUDONYM, "presented_on": "2031-07-01"},
        headers={"If-Match": '"1"'},
    )
    assert added.status_code == 200, added.text
    return meeting


def enter_pain(client: httpx.Client, lesion: Json) -> Json:
    body = {"meeting_date": "2031-06-12", "lesion_id": lesion["lesion_id"], "clinical": {"sins_pain": "mechanical"}}
    answer = client.post(f"/api/v1/patients/{PSEUDONYM}/clinical-contexts", json=body)
    assert answer.status_code == 201, answer.text
    entered: Json = answer.json()
    return entered


def work_of_anne(client: httpx.Client, stage: Stage) -> Work:
    lesion = open_lesion(client, FEMUR)
    begun = saved(client, begin(client, lesion), findings=FEMUR_FINDINGS | {"long_axis_mm": LONG}, note=NOTE)
    own = signed(client, begun)
    assert own["assignment_id"] == stage.assignment["assignment_id"]
    common = record_reading(
        client, stage.common, findings=VERTEBRA_FINDINGS | {"long_axis_mm": 90, "short_axis_mm": SHORT}
    )
    revised = client.put(
        f"/api/v1/readings/{own['reading_id']}",
        json={"findings": FEMUR_FINDINGS | {"long_axis_mm": REVISED}, "reason": "Measured again."},
        headers={"If-Match": '"1"'},
    )
    assert revised.status_code == 200
    draft = saved(client, begin(client, lesion, study_instance_uid=NEW_STUDY), note=WRITTEN)
    return Work(lesion=lesion, readings=(own, common), context=enter_pain(client, lesion), draft=draft)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the other readers ask for by name."""

    lesions: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()


def paths(app: FastAPI, stage: Stage, asked: Asked) -> Iterator[str]:
    known = known_values(
        lesion_id=[stage.common["lesion_id"], *asked.lesions],
        reading_id=[stage.elsewhere["reading_id"], *asked.readings],
        context_id=[stage.context["context_id"], *asked.contexts],
        draft_id=[str(UUID(int=0)), *asked.drafts],
        protocol_id=[stage.protocol["protocol_id"]],
        assignment_id=[stage.assignment["assignment_id"]],
        meeting_id=[stage.meeting["meeting_id"]],
    )
    return addresses(app, known)


def paths_of(app: FastAPI, stage: Stage, work: Work) -> Iterator[str]:
    asked = Asked(
        lesions=(work.lesion["lesion_id"],),
        readings=tuple(each["reading_id"] for each in work.readings),
        contexts=(work.context["context_id"],),
        drafts=(work.draft["draft_id"],),
    )
    return paths(app, stage, asked)


def everywhere(app: FastAPI, stage: Stage, *ids: str) -> Iterator[str]:
    """As if these were lesions, readings, contexts and drafts."""
    return paths(app, stage, Asked(lesions=ids, readings=ids, contexts=ids, drafts=ids))


def resting(said: dict[str, str]) -> dict[str, str]:
    """Without the two lists of what was done since: the asking itself is in one, and counted in the other."""
    return {path: text for path, text in said.items() if not path.startswith((CHANGES, AUDIT))}


def told(client: httpx.Client, name: str) -> tuple[list[Json], list[Json]]:
    """What was changed, and what others have done."""
    changes = client.get(CHANGES, params={"limit": 200}).json()["items"]
    return changes, [each for each in items(client, AUDIT) if each["actor"] != name]


def found(said: dict[str, str], traces: tuple[str, ...]) -> set[tuple[str, str]]:
    """In which answer stands which trace. What was asked for by name is no trace in a refusal."""
    return {(path, trace) for path, text in said.items() for trace in traces if trace in text}


def searched(app: FastAPI, stage: Stage, work: Work) -> Iterator[str]:
    """Without PDFs, whose text is compressed: what they print is searched as JSON, and below all are compared."""
    return (path for path in paths_of(app, stage, work) if ".pdf" not in path)


@pytest.mark.timeout(900)
def test_no_answer_holds_a_trace_of_a_blind_reading_before_both_have_signed(
    app: FastAPI, clients: Clients, stage: Stage, release: Release
) -> None:
    work = work_of_anne(clients[ANNE], stage)
    complete(clients[ANNE], stage.assignment)
    release()
    for name in (BEN, JUDGE, OUTSIDER, MANAGER):
        assert found(answers(clients[name], searched(app, stage, work)), work.traces + work.private) == set()

    # The same search finds all of it in the author's own answers, and in the others' once both have signed.
    own = found(answers(clients[ANNE], searched(app, stage, work)), work.traces + work.private)
    assert {trace for _, trace in own} == {*work.traces, *work.private}
    complete(clients[BEN], stage.assignment)
    for name in (BEN, JUDGE):
        opened = found(answers(clients[name], searched(app, stage, work)), work.traces + work.private)
        assert {trace for _, trace in opened} == set(work.traces)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # the walk above is on both databases
@pytest.mark.parametrize("name", [BEN, JUDGE])
def test_whatever_the_other_does_every_answer_stays_the_same(
    app: FastAPI, clients: Clients, stage: Stage, name: str
) -> None:
    before = answers(clients[name], everywhere(app, stage))
    told_before = told(clients[name], name)
    work = work_of_anne(clients[ANNE], stage)
    complete(clients[ANNE], stage.assignment)

    assert resting(answers(clients[name], everywhere(app, stage))) == resting(before)
    assert told(clients[name], name) == told_before

    nothing = str(uuid4())
    ids = [work.lesion["lesion_id"], *(each["reading_id"] for each in work.readings)]
    ids += [work.context["context_id"], work.draft["draft_id"]]
    for hidden in ids:
        asked = answers(clients[name], (path for path in everywhere(app, stage, hidden) if hidden in path))
        wanted = answers(clients[name], (path for path in everywhere(app, stage, nothing) if nothing in path))
        assert {path.replace(hidden, nothing): text for path, text in resting(asked).items()} == resting(wanted)


def test_a_hidden_lesion_or_reading_cannot_be_written_to_either(clients: Clients, stage: Stage) -> None:
    work = work_of_anne(clients[ANNE], stage)
    body = {"study_instance_uid": OLD_STUDY, "findings": {}}
    for name in (BEN, JUDGE, OUTSIDER):
        assert clients[name].post(f"/api/v1/lesions/{work.lesion['lesion_id']}/readings", json=body).status_code == 404
        revised = clients[name].put(
            f"/api/v1/readings/{work.readings[0]['reading_id']}",
            json={"findings": {}, "reason": "Mine."},
            headers={"If-Match": '"9"'},
        )
        assert revised.status_code == 404
        assert "ETag" not in revised.headers


def test_the_second_reader_numbers_as_if_alone(clients: Clients, stage: Stage) -> None:
    assert open_lesion(clients[BEN], FEMUR)["label"] == "L2001"
    work_of_anne(clients[ANNE], stage)
    assert open_lesion(clients[BEN], FEMUR)["label"] == "L2002"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_walk_goes_through_every_route(app: FastAPI, clients: Clients, stage: Stage) -> None:  # noqa: ARG001
    walked = {path.partition("?")[0] for path in everywhere(app, stage)}
    assert len(every_get(app)) > 20
    assert {"/api/v1/worklist", f"/api/v1/readings/{stage.elsewhere['reading_id']}/revisions/2"} <= walked
