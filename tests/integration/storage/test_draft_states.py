"""Any order of beginning, saving, repeating, signing and revising by two readers loses nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine

from annotation import drafts, readings
from annotation.draft import Draft
from annotation.draft_errors import DraftNotFoundError, OvertakenDraftError, StaleDraftError
from annotation.draft_saving import DraftChange, save_draft
from annotation.entities import Lesion
from annotation.signing import sign_draft
from lesion_model.findings import Alignment, Finding, ImagingFindings
from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.registry import OBJECTS, OLD_STUDY, START
from tests.unit.annotation.contract import kept_lesion

AUTHORS = ("reader one", "reader two")
AUTHOR = st.sampled_from(AUTHORS)
ALIGNMENT = st.sampled_from([*Alignment, None])


@dataclass
class Model:
    """What must be there, kept in the plainest way."""

    drafts: dict[UUID, Draft] = field(default_factory=dict)
    histories: dict[UUID, list[tuple[Alignment | None, str | None, str]]] = field(default_factory=dict)


def change_of(alignment: Alignment | None, note: str) -> DraftChange:
    return DraftChange(
        digest=f"{alignment} {note}",
        findings=lambda old: replace(old, alignment=alignment),
        changed=frozenset({Finding.ALIGNMENT}),
        replaced=frozenset({"note"}),
        note=note,
    )


class DraftMachine(RuleBasedStateMachine):
    """Two readers, one lesion, one study."""

    def __init__(self, engine: Engine, lesion: Callable[[], Lesion]) -> None:
        super().__init__()
        self.engine = engine
        self.lesion = lesion()
        self.model = Model()
        self.count = 0

    def uow(self) -> SqlUnitOfWork:
        return SqlUnitOfWork(self.engine, write=True)

    def some(self, author: str) -> list[Draft]:
        return [draft for draft in self.model.drafts.values() if draft.author == author]

    def change(self, alignment: Alignment | None) -> DraftChange:
        self.count += 1
        return change_of(alignment, f"number {self.count}")

    def save(self, draft: Draft, version: int, change: DraftChange, by: str) -> Draft:
        uow = SqlUnitOfWork(self.engine, write=True, in_turn=False)
        return save_draft(draft.id, version, change, by=by, now=lambda: START, uow=uow).draft

    def sign(self, draft: Draft, version: int, by: str) -> readings.LesionReading:
        reason = None if draft.revises is None else "Again."
        return sign_draft(
            draft.id, version, reason=reason, text_checked=False, by=by, now=lambda: START, uow=self.uow()
        )

    @rule(author=AUTHOR)
    def begin(self, author: str) -> None:
        started = drafts.start_draft(self.lesion.id, OLD_STUDY, None, by=author, now=lambda: START, uow=self.uow())
        begun = [draft for draft in self.some(author) if draft.revises is None]
        assert started.new is not bool(begun)
        assert not begun or [started.found.draft] == begun
        self.model.drafts[started.found.draft.id] = started.found.draft

    @precondition(lambda self: self.model.histories)
    @rule(author=AUTHOR, which=st.integers(0, 9))
    def begin_revision(self, author: str, which: int) -> None:
        reading_id = list(self.model.histories)[which % len(self.model.histories)]
        started = drafts.start_revision(reading_id, by=author, now=lambda: START, uow=self.uow())
        begun = [each for each in self.some(author) if each.revises and each.revises.reading_id == reading_id]
        assert started.new is not bool(begun)
        if started.new:
            newest = self.model.histories[reading_id][-1]
            assert (started.found.draft.findings.alignment, started.found.draft.note) == newest[:2]
        self.model.drafts[started.found.draft.id] = started.found.draft

    @precondition(lambda self: self.model.drafts)
    @rule(which=st.integers(0, 9), alignment=ALIGNMENT, again=st.booleans())
    def save_one(self, which: int, alignment: Alignment | None, again: bool) -> None:
        draft = self.pick(which)
        change = self.change(alignment)
        saved = self.save(draft, draft.version, change, draft.author)
        assert (saved.version, saved.findings.alignment, saved.note) == (draft.version + 1, alignment, change.note)
        if again:
            assert self.save(draft, draft.version, change, draft.author) == saved
        self.model.drafts[draft.id] = saved

    @precondition(lambda self: any(draft.version > 1 for draft in self.model.drafts.values()))
    @rule(which=st.integers(0, 9), alignment=ALIGNMENT)
    def save_from_an_old_version(self, which: int, alignment: Alignment | None) -> None:
        old = [draft for draft in self.model.drafts.values() if draft.version > 1]
        draft = old[which % len(old)]
        with pytest.raises(StaleDraftError) as refusal:
            self.save(draft, draft.version - 1, self.change(alignment), draft.author)
        assert refusal.value.current.draft == draft

    @precondition(lambda self: self.model.drafts)
    @rule(which=st.integers(0, 9), alignment=ALIGNMENT)
    def touch_anothers(self, which: int, alignment: Alignment | None) -> None:
        draft = self.pick(which)
        other = next(author for author in AUTHORS if author != draft.author)
        with pytest.raises(DraftNotFoundError):
            self.save(draft, draft.version, self.change(alignment), other)
        with pytest.raises(DraftNotFoundError):
            self.sign(draft, draft.version, other)

    @precondition(lambda self: self.model.drafts)
    @rule(which=st.integers(0, 9), again=st.booleans())
    def sign_one(self, which: int, again: bool) -> None:
        draft = self.pick(which)
        if draft.revises and draft.revises.revision != len(self.model.histories[draft.revises.reading_id]):
            with pytest.raises(OvertakenDraftError):
                self.sign(draft, draft.version, draft.author)
            return
        made = self.sign(draft, draft.version, draft.author).reading
        assert draft.revises is None or made.id == draft.revises.reading_id
        if again:
            assert self.sign(draft, draft.version, draft.author).reading == made
        entry = (draft.findings.alignment, draft.note, draft.author)
        self.model.histories.setdefault(made.id, []).append(entry)
        del self.model.drafts[draft.id]

    @precondition(lambda self: self.model.drafts)
    @rule(which=st.integers(0, 9))
    def discard(self, which: int) -> None:
        draft = self.pick(which)
        drafts.discard_draft(draft.id, draft.version, by=draft.author, now=lambda: START, uow=self.uow())
        del self.model.drafts[draft.id]

    @precondition(lambda self: self.model.histories)
    @rule(author=AUTHOR, which=st.integers(0, 9), alignment=ALIGNMENT)
    def revise_at_once(self, author: str, which: int, alignment: Alignment | None) -> None:
        reading_id = list(self.model.histories)[which % len(self.model.histories)]
        history = self.model.histories[reading_id]
        seen = ImagingFindings(alignment=alignment)
        readings.revise_reading(
            reading_id, len(history), seen, None, reason="Again.", by=author, now=lambda: START, uow=self.uow()
        )
        history.append((alignment, history[-1][1], author))

    @invariant()
    def every_draft_is_its_authors_and_as_it_was_saved(self) -> None:
        for author in AUTHORS:
            found = drafts.drafts(by=author, uow=self.uow(), limit=99)
            ours = {each.draft.id: each.draft for each in found if each.lesion.id == self.lesion.id}
            assert ours == {draft.id: draft for draft in self.some(author)}

    @invariant()
    def every_history_is_complete(self) -> None:
        for reading_id, expected in self.model.histories.items():
            found = [each.reading for each in readings.history(reading_id, self.uow())]
            assert [each.revision for each in found] == list(range(1, len(expected) + 1))
            assert [(each.findings.alignment, each.note, each.recorded_by) for each in found] == expected

    def pick(self, which: int) -> Draft:
        found = list(self.model.drafts.values())  # in the order of beginning: identifiers differ from run to run
        return found[which % len(found)]


def test_nothing_is_lost_whatever_two_readers_do(engine: Engine) -> None:
    Ledger(engine).record(OBJECTS)
    numbers = iter(range(1, 10_000))

    def new_lesion() -> Lesion:
        return kept_lesion(SqlUnitOfWork(engine, write=True), next(numbers))

    class OnThisDatabase(DraftMachine):
        def __init__(self) -> None:
            super().__init__(engine, new_lesion)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
