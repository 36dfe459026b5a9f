"""Whatever readers do, in any order and at once: nothing is lost, histories are whole, nobody sees a blind reading."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import stored_object
from tests.integration.api.blind import ANNE, BEN, JUDGE, MANAGER, OUTSIDER, PEOPLE, Clients, assign, make_protocol
from tests.integration.api.reading import Json, items
from tests.integration.api.reading_model import (
    BLIND,
    FREE,
    READERS,
    Model,
    ModelDraft,
    ModelLesion,
    ModelReading,
    Written,
)

Thing = TypeVar("Thing")

EXAMPLES, MANY_EXAMPLES, STEPS = 4, 20, 30
SITE = {"bone": "vertebra", "level": "L3"}
WHO = st.sampled_from((ANNE, BEN, ANNE, BEN, JUDGE, OUTSIDER))
WHICH = st.integers(0, 99)
SELDOM = st.sampled_from((False, False, False, True))
STUDY = st.sampled_from((BLIND, BLIND, FREE))


class ReadingMachine(RuleBasedStateMachine):
    """Two blind readers, their adjudicator and somebody else, at one patient with two studies."""

    def __init__(self, clients: Clients, number: int) -> None:
        super().__init__()
        self.clients = clients
        self.pseudonym = pseudonym_of(number)
        self.studies = dict(zip((BLIND, FREE), studies_of(number), strict=True))
        self.model = Model()
        self.counter = count(1)
        self.steps = count()
        self.assignment: Json = {}

    @initialize(stage=st.sampled_from((0, 0, 1, 2, 3, 3)))
    def begin_somewhere(self, stage: int) -> None:
        """With a lesion that was read and one that is being read; the study given, read by both, signed by both."""
        self.read(OUTSIDER, FREE)
        self.open_lesion(OUTSIDER)
        self.begin(ANNE, -1, FREE)
        if stage > 0:
            self.give_the_study_to_two_readers()
        for who in READERS * (stage > 1):
            self.read(who, BLIND)
        for who in READERS * (stage > 2):
            self.sign_the_study(who)

    def read(self, who: str, study: str) -> None:
        """A lesion that they open, from the draft to the signature."""
        self.open_lesion(who)
        self.begin(who, -1, study)
        self.save(-1, again=False)
        self.sign(-1, again=False, stale=False)

    @rule(who=WHO)
    def open_lesion(self, who: str) -> None:
        answer = self.post(who, f"/api/v1/patients/{self.pseudonym}/lesions", site=SITE)
        assert answer.status_code == 201, answer.text
        made = ModelLesion(id=answer.json()["lesion_id"], opened_by=who, opened_meanwhile=self.model.blind)
        self.model.lesions[made.id] = made

    @rule(who=WHO, which=WHICH, study=STUDY)
    def begin(self, who: str, which: int, study: str) -> None:
        lesion = pick(self.model.lesions, which)
        begun = self.model.begun(who, lesion.id, study)
        answer = self.post(who, f"/api/v1/lesions/{lesion.id}/drafts", study_instance_uid=self.studies[study])
        if not self.model.sees_lesion(who, lesion):
            assert answer.status_code == 404
        elif begun is not None:
            assert (answer.status_code, answer.json()["draft_id"]) == (200, begun.id)
        elif lesion.merged_into is not None:
            assert (answer.status_code, answer.json()["merged_into"]) == (409, lesion.merged_into)
        elif not self.model.may_add(who, study):
            assert answer.status_code == 409
        else:
            assert answer.status_code == 201, answer.text
            made = ModelDraft(
                id=answer.json()["draft_id"], author=who, lesion=lesion.id, study=study, says=Written(by=who)
            )
            self.model.drafts[made.id] = made

    @precondition(lambda self: self.model.readings)
    @rule(who=WHO, which=WHICH)
    def begin_revision(self, who: str, which: int) -> None:
        reading = pick(self.model.readings, which)
        begun = self.model.revising(who, reading.id)
        answer = self.post(who, f"/api/v1/readings/{reading.id}/drafts")
        if not self.model.sees_reading(who, reading):
            assert answer.status_code == 404
        elif self.model.is_frozen(who, reading):
            assert answer.status_code == 409
        elif begun is not None:
            assert (answer.status_code, answer.json()["draft_id"]) == (200, begun.id)
        else:
            assert answer.status_code == 201, answer.text
            newest = reading.revisions[-1]
            made = ModelDraft(
                id=answer.json()["draft_id"],
                author=who,
                lesion=reading.lesion,
                study=reading.study,
                says=Written(length=newest.length, note=newest.note, by=who),
                revises=reading.id,
                onto=len(reading.revisions),
            )
            self.model.drafts[made.id] = made

    @precondition(lambda self: self.model.drafts)
    @rule(which=WHICH, again=st.booleans())
    def save(self, which: int, again: bool) -> None:
        draft = pick(self.model.drafts, which)
        body = self.something_new(draft.author)
        answers = [self.patch(draft, draft.version, body) for _ in range(1 + again)]
        assert [answer.status_code for answer in answers] == [200] * len(answers), answers[0].text
        self.take(draft, body)

    @precondition(lambda self: any(draft.version > 1 for draft in self.model.drafts.values()))
    @rule(which=WHICH)
    def save_from_an_old_window(self, which: int) -> None:
        old = {key: draft for key, draft in self.model.drafts.items() if draft.version > 1}
        draft = pick(old, which)
        answer = self.patch(draft, draft.version - 1, self.something_new(draft.author))
        assert answer.status_code == 412
        assert says(answer.json()["current"]) == (draft.version, draft.says.length, draft.says.note)

    @precondition(lambda self: self.model.drafts)
    @rule(which=WHICH)
    def save_in_two_windows_at_once(self, which: int) -> None:
        draft = pick(self.model.drafts, which)
        bodies = [self.something_new(draft.author) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda body: self.patch(draft, draft.version, body), bodies))
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        self.take(draft, next(body for body, answer in zip(bodies, answers, strict=True) if answer.is_success))

    @precondition(lambda self: self.model.drafts)
    @rule(which=WHICH, by=WHO)
    def touch_anothers(self, which: int, by: str) -> None:
        draft = pick(self.model.drafts, which)
        if by != draft.author:
            headers = {"If-Match": f'"{draft.version}"'}
            path = f"/api/v1/drafts/{draft.id}"
            assert self.clients[by].patch(path, json=self.something_new(by), headers=headers).status_code == 404
            assert self.clients[by].post(f"{path}/sign", json={}, headers=headers).status_code == 404
            assert self.clients[by].delete(path, headers=headers).status_code == 404

    @precondition(lambda self: self.model.drafts)
    @rule(which=WHICH, again=st.booleans(), stale=SELDOM)
    def sign(self, which: int, again: bool, stale: bool) -> None:
        draft = pick(self.model.drafts, which)
        if stale:
            assert self.sign_at(draft, draft.version + 1).status_code == 412
        answers = [self.sign_at(draft, draft.version) for _ in range(1 + again)]
        if draft.revises is None:
            self.signed_first(draft, answers)
        else:
            self.signed_revision(draft, self.model.readings[draft.revises], answers)

    def signed_first(self, draft: ModelDraft, answers: list[httpx.Response]) -> None:
        if not self.model.may_add(draft.author, draft.study):
            assert {answer.status_code for answer in answers} == {409}
            return
        assert {answer.status_code for answer in answers} == {201}, answers[0].text
        made = answers[0].json()
        assigned = draft.study == BLIND and self.model.is_to_read(draft.author)
        assert made["assignment_id"] == (self.assignment["assignment_id"] if assigned else None)
        self.model.readings[made["reading_id"]] = ModelReading(
            id=made["reading_id"],
            lesion=draft.lesion,
            study=draft.study,
            author=draft.author,
            assigned=assigned,
            revisions=[draft.says],
        )
        del self.model.drafts[draft.id]

    def signed_revision(self, draft: ModelDraft, reading: ModelReading, answers: list[httpx.Response]) -> None:
        statuses = {answer.status_code for answer in answers}
        if not self.model.sees_reading(draft.author, reading):
            assert statuses == {404}
        elif self.model.is_frozen(draft.author, reading):
            assert statuses == {409}
        elif draft.onto != len(reading.revisions):
            assert statuses == {412}
            assert answers[0].json()["current"]["revision"] == len(reading.revisions)
        else:
            assert statuses == {201}, answers[0].text
            draft.says.reason = "Again."
            reading.revisions.append(draft.says)
            del self.model.drafts[draft.id]

    @precondition(lambda self: self.model.readings)
    @rule(who=WHO, which=WHICH, stale=SELDOM)
    def revise_at_once(self, who: str, which: int, stale: bool) -> None:
        reading = pick(self.model.readings, which)
        body = self.something_new(who)
        newest = len(reading.revisions)
        answer = self.clients[who].put(
            f"/api/v1/readings/{reading.id}",
            json={"findings": body["findings"], "reason": body["note"]},
            headers={"If-Match": f'"{newest + stale}"'},
        )
        if not self.model.sees_reading(who, reading):
            assert answer.status_code == 404
        elif stale:
            assert answer.status_code == 412
        elif self.model.is_frozen(who, reading):
            assert answer.status_code == 409
        else:
            assert answer.status_code == 200, answer.text
            length, note = body["findings"]["long_axis_mm"], reading.revisions[-1].note
            reading.revisions.append(Written(length=length, note=note, by=who, reason=body["note"]))

    @precondition(lambda self: self.model.drafts)
    @rule(which=WHICH)
    def discard(self, which: int) -> None:
        draft = pick(self.model.drafts, which)
        path = f"/api/v1/drafts/{draft.id}"
        client = self.clients[draft.author]
        assert client.delete(path, headers={"If-Match": f'"{draft.version + 1}"'}).status_code == 412
        assert client.delete(path, headers={"If-Match": f'"{draft.version}"'}).status_code == 204
        del self.model.drafts[draft.id]

    @rule(who=WHO, which=WHICH, other=WHICH, stale=SELDOM)
    def merge(self, who: str, which: int, other: int, stale: bool) -> None:
        survivor = pick(self.model.lesions, which)
        duplicate = pick({key: each for key, each in self.model.lesions.items() if each is not survivor}, other)
        answer = self.clients[who].post(
            f"/api/v1/lesions/{survivor.id}/match",
            json={"lesion_id": duplicate.id, "reason": "The same."},
            headers={"If-Match": f'"{survivor.version + stale}"'},
        )
        if not self.model.sees_lesion(who, survivor):
            assert answer.status_code == 404
        elif self.model.blind or survivor.merged_into is not None:
            assert answer.status_code == 409
        elif stale:
            assert answer.status_code == 412
        elif duplicate.merged_into is not None:
            assert answer.status_code == 422
        elif self.model.collide(survivor.id, duplicate.id):
            assert answer.status_code == 409
        else:
            assert answer.status_code == 200, answer.text
            self.model.merge(survivor.id, duplicate.id)

    @precondition(lambda self: self.model.readings)
    @rule(who=WHO, which=WHICH)
    def split(self, who: str, which: int) -> None:
        reading = pick(self.model.readings, which)
        lesion = self.model.lesions[reading.lesion]
        answer = self.clients[who].post(
            f"/api/v1/lesions/{lesion.id}/split",
            json={"reading_ids": [reading.id], "reason": "Two of them."},
            headers={"If-Match": f'"{lesion.version}"'},
        )
        if not self.model.sees_lesion(who, lesion):
            assert answer.status_code == 404
        elif self.model.blind:
            assert answer.status_code == 409
        elif [each.lesion for each in self.model.readings.values()].count(lesion.id) == 1:
            assert answer.status_code == 422
        else:
            assert answer.status_code == 200, answer.text
            new = ModelLesion(id=answer.json()["new_lesion"]["lesion_id"], opened_by=who, opened_meanwhile=False)
            self.model.split(lesion.id, reading.id, new)

    @precondition(lambda self: not self.model.given)
    @rule()
    def give_the_study_to_two_readers(self) -> None:
        protocol = make_protocol(self.clients[MANAGER], name=self.pseudonym)
        self.assignment = assign(self.clients[MANAGER], protocol, study_instance_uids=[self.studies[BLIND]])
        self.model.given = True

    @precondition(lambda self: self.model.blind)
    @rule(who=st.sampled_from(READERS))
    def sign_the_study(self, who: str) -> None:
        answer = self.post(who, f"/api/v1/assignments/{self.assignment['assignment_id']}/complete")
        if who not in self.model.signed and any(each.study == BLIND for each in self.model.drafts_of(who)):
            assert answer.status_code == 409
        else:
            assert answer.status_code == 200, answer.text
            self.model.signed.add(who)

    @precondition(lambda self: self.model.given and not self.model.adjudicated)
    @rule(match=st.booleans())
    def adjudicate(self, match: bool) -> None:
        path = f"/api/v1/assignments/{self.assignment['assignment_id']}"
        compared = self.clients[JUDGE].get(f"{path}/comparison")
        if self.model.blind:
            assert compared.status_code == 409
            assert self.post(JUDGE, f"{path}/adjudicate", decisions=[]).status_code == 409
            return
        pairs = compared.json()["pairs"]
        found = [[pair[side]["reading_id"] for side in ("first", "second") if pair[side]] for pair in pairs]
        blind = sorted(each.id for each in self.model.readings.values() if each.assigned)
        assert sorted(reading for pair in found for reading in pair) == blind
        self.decide(
            path, [pair for pair in found if len(pair) > 1], [pair[0] for pair in found if len(pair) == 1], match
        )

    @precondition(lambda self: self.model.given and not self.model.adjudicated)
    @rule(match=st.booleans())
    def read_to_the_end(self, match: bool) -> None:
        """Seldom do readers come as far by themselves."""
        for who in READERS:
            for draft in [each for each in self.model.drafts_of(who) if each.study == BLIND]:
                self.discard(list(self.model.drafts).index(draft.id))
            if who not in self.model.signed:
                self.sign_the_study(who)
        self.adjudicate(match)

    def decide(self, path: str, pairs: list[list[str]], dismissed: list[str], match: bool) -> None:
        """One pair is decided, the others are dismissed: so matching has one order only."""
        decisions, matched = [], None
        written = self.something_new(JUDGE)["findings"]
        for pair in pairs[:1]:
            one, other = (self.model.readings[each].lesion for each in pair)
            decision = {"lesion_id": one, "decided_from": pair, "findings": written}
            matched = (one, other) if match and one != other else None
            decisions.append(decision | ({"match_reason": "Seen by both."} if matched else {}))
        dismissed = dismissed + [each for pair in pairs[1:] for each in pair]
        answer = self.post(JUDGE, f"{path}/adjudicate", decisions=decisions, dismissed=dismissed)
        if matched is not None and self.model.collide(*matched):
            assert answer.status_code == 409
            return
        assert answer.status_code == 201, answer.text
        if matched is not None:
            self.model.merge(*matched)
        for decision, made in zip(decisions, answer.json()["adjudicated"], strict=True):
            self.model.readings[made["reading_id"]] = ModelReading(
                id=made["reading_id"],
                lesion=decision["lesion_id"],
                study=BLIND,
                author=JUDGE,
                assigned=True,
                decided_from=tuple(decision["decided_from"]),
                revisions=[Written(length=written["long_axis_mm"], by=JUDGE)],
            )
        self.model.adjudicated = True

    @invariant()
    def every_acknowledged_save_is_there_for_its_author_alone(self) -> None:
        for who in (ANNE, BEN, JUDGE, OUTSIDER):
            found = {each["draft_id"]: each for each in items(self.clients[who], "/api/v1/drafts", limit=200)}
            found = {key: each for key, each in found.items() if each["pseudonym"] == self.pseudonym}
            wanted = {each.id: each for each in self.model.drafts_of(who)}
            assert found.keys() == wanted.keys()
            for key, draft in wanted.items():
                assert found[key]["lesion_id"] == draft.lesion
                assert says(found[key]) == (draft.version, draft.says.length, draft.says.note)

    @invariant()
    def everybody_sees_the_lesions_and_readings_that_they_may_see(self) -> None:
        for who in (ANNE, BEN, JUDGE, OUTSIDER):
            client, path = self.clients[who], f"/api/v1/patients/{self.pseudonym}"
            lesions = {each["lesion_id"]: each for each in items(client, f"{path}/lesions", limit=200)}
            assert {key: (each["version"], each["merged_into"]) for key, each in lesions.items()} == {
                each.id: (each.version, each.merged_into)
                for each in self.model.lesions.values()
                if self.model.sees_lesion(who, each)
            }
            readings = {each["reading_id"]: each for each in items(client, f"{path}/readings", limit=200)}
            assert {key: (each["lesion_id"], *says(each)) for key, each in readings.items()} == {
                each.id: (each.lesion, len(each.revisions), each.revisions[-1].length, each.revisions[-1].note)
                for each in self.model.readings.values()
                if self.model.sees_reading(who, each)
            }

    @invariant()
    def histories_are_whole_and_in_order(self) -> None:
        """One reading and one lesion after each step, in turn; all of them in the end."""
        number = next(self.steps)
        if self.model.lesions:
            self.check_reading(pick(self.model.readings, number))
            self.check_lesion(pick(self.model.lesions, number))

    def check_reading(self, reading: ModelReading) -> None:
        answer = self.clients[reading.author].get(f"/api/v1/readings/{reading.id}/revisions").json()
        kept = [
            Written(each["findings"]["long_axis_mm"], each["note"], each["recorded_by"], each["reason"])
            for each in answer["items"]
        ]
        assert kept == reading.revisions
        assert [each["revision"] for each in answer["items"]] == list(range(1, len(kept) + 1))

    def check_lesion(self, lesion: ModelLesion) -> None:
        answer = self.clients[lesion.opened_by].get(f"/api/v1/lesions/{lesion.id}/history").json()
        assert [each["what"] for each in answer["items"]] == lesion.happened
        assert [each["version"] for each in answer["items"]] == list(range(1, lesion.version + 1))

    @invariant()
    def what_is_hidden_is_not_found_by_its_address_either(self) -> None:
        for who in (ANNE, BEN, JUDGE, OUTSIDER):
            hidden = [
                f"readings/{each.id}" for each in self.model.readings.values() if not self.model.sees_reading(who, each)
            ]
            hidden += [
                f"lesions/{each.id}" for each in self.model.lesions.values() if not self.model.sees_lesion(who, each)
            ]
            for path in hidden[-1:]:
                assert self.clients[who].get(f"/api/v1/{path}").status_code == 404

    def teardown(self) -> None:
        """Every history; and what is left would be in the lists of the next example."""
        for reading in self.model.readings.values():
            self.check_reading(reading)
        for lesion in self.model.lesions.values():
            self.check_lesion(lesion)
        for draft in self.model.drafts.values():
            self.clients[draft.author].delete(f"/api/v1/drafts/{draft.id}", headers={"If-Match": f'"{draft.version}"'})

    def post(self, who: str, path: str, **body: Any) -> httpx.Response:
        return self.clients[who].post(path, json=body) if body else self.clients[who].post(path)

    def patch(self, draft: ModelDraft, version: int, body: Json) -> httpx.Response:
        headers = {"If-Match": f'"{version}"'}
        return self.clients[draft.author].patch(f"/api/v1/drafts/{draft.id}", json=body, headers=headers)

    def sign_at(self, draft: ModelDraft, version: int) -> httpx.Response:
        body = {} if draft.revises is None else {"reason": "Again."}
        headers = {"If-Match": f'"{version}"'}
        return self.clients[draft.author].post(f"/api/v1/drafts/{draft.id}/sign", json=body, headers=headers)

    def something_new(self, who: str) -> Json:
        number = next(self.counter)
        return {"findings": {"long_axis_mm": number + 0.125}, "note": f"{who} {number}"}

    def take(self, draft: ModelDraft, body: Json) -> None:
        draft.version += 1
        draft.says = Written(length=body["findings"]["long_axis_mm"], note=body["note"], by=draft.author)


def pick(found: dict[str, Thing], which: int) -> Thing:
    """By the order of coming: identifiers differ from run to run."""
    return list(found.values())[which % len(found)]


def says(thing: Json) -> tuple[int, float | None, str | None]:
    """Of a draft or a reading: version or revision, length and note."""
    number = thing["version"] if "draft_id" in thing else thing["revision"]
    return number, thing["findings"]["long_axis_mm"], thing["note"]


def pseudonym_of(number: int) -> str:
    return f"OST-{number:05}-QPXRC"


def studies_of(number: int) -> tuple[str, str]:
    return f"2.25.5{number:05}1", f"2.25.5{number:05}2"


@pytest.fixture
def clients(url: str, engine: Engine) -> Iterator[Clients]:
    with ExitStack() as stack:
        tokens = {name: Tokens(engine).create(name) for name in PEOPLE}
        opened = {
            name: stack.enter_context(
                httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
            )
            for name, token in tokens.items()
        }
        yield Clients(by_name=opened)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("examples", [EXAMPLES, pytest.param(MANY_EXAMPLES, marks=pytest.mark.long)])
def test_nothing_is_lost_or_told_whatever_readers_do(clients: Clients, ledger: Ledger, examples: int) -> None:
    numbers = count(1)

    def new_patient() -> int:
        number = next(numbers)
        ledger.record(
            [
                stored_object(
                    pseudonym=pseudonym_of(number),
                    study_instance_uid=study,
                    series_instance_uid=f"{study}.1",
                    sop_instance_uid=f"{study}.1.1",
                )
                for study in studies_of(number)
            ]
        )
        return number

    class WithThisApplication(ReadingMachine):
        def __init__(self) -> None:
            super().__init__(clients, new_patient())

    run_state_machine_as_test(
        WithThisApplication,
        settings=settings(
            max_examples=examples,
            phases=[Phase.explicit, Phase.generate],  # making a failure smaller would take minutes
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
