"""How far the blind readers of a protocol agreed, from the studies whose blindness is over, and from no others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from annotation.agreement.rated import RATED, Judged
from annotation.agreement.report import Case, ItemAgreement, agreement
from annotation.comparison import Pair, pair_up
from annotation.completion import known_of
from annotation.errors import NotNowError
from annotation.meeting_context import MeetingContext
from annotation.ports import UnitOfWork
from annotation.protocols import Assignment, Kind, ReadingProtocol
from annotation.readings import LesionReading
from lesion_model.clinical import ClinicalContext

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolAgreement:
    """`studies` that are compared; `cases` are lesions that both readers recorded on one of them.

    `seen_by_one`: lesions that only one of the two recorded; no statistic of an item counts them. `readers` are all
    who read, by name: of two, the first is the first of every statistic.
    """

    protocol: ReadingProtocol
    readers: tuple[str, ...]
    studies: int
    cases: int
    seen_by_one: int
    items: tuple[ItemAgreement, ...]


def agreement_of(protocol_id: UUID, uow: UnitOfWork) -> ProtocolAgreement:
    """Blind readings only, as they were signed; what was adjudicated from them is nobody's own.

    A study on which any blind reading goes on counts for nobody, so that no number tells of it, whoever asks. Raises
    ProtocolNotFoundError, and NotNowError for a protocol of single readings.
    """
    with uow:
        protocol = uow.protocols.get(protocol_id)
        if protocol.kind is not Kind.DOUBLE_BLIND:
            raise NotNowError("there is nothing to compare under a single reading")
        studies = tuple(_studies(protocol_id, uow))
        readers = tuple(sorted({reader for assignment, _ in studies for reader in assignment.readers}))
        cases = [case for assignment, pairs in studies for case in _cases(assignment, pairs, uow)]
    pairs = [pair for _, found in studies for pair in found]
    return ProtocolAgreement(
        protocol=protocol,
        readers=readers,
        studies=len(studies),
        cases=len(cases),
        seen_by_one=sum(pair.first is None or pair.second is None for pair in pairs),
        items=tuple(agreement(rated, cases, readers) for rated in RATED),
    )


def _studies(protocol_id: UUID, uow: UnitOfWork) -> Iterator[tuple[Assignment, tuple[Pair, ...]]]:
    after = None
    while page := uow.assignments.over(protocol_id, after=after, limit=_PAGE):
        made: dict[UUID, list[LesionReading]] = {each.id: [] for each in page}
        readings = [each for each in uow.readings.made_under(tuple(made)) if not each.decided_from]
        lesions = uow.lesions.many({each.lesion_id for each in readings})
        for each in readings:
            if each.assignment_id is not None:
                made[each.assignment_id].append(LesionReading(lesion=lesions[each.lesion_id], reading=each))
        yield from ((assignment, _paired(assignment, made[assignment.id])) for assignment in page)
        after = page[-1].id


def _paired(assignment: Assignment, made: Sequence[LesionReading]) -> tuple[Pair, ...]:
    one, other = ([each for each in made if each.reading.recorded_by == reader] for reader in assignment.readers)
    return pair_up(one, other)


def _cases(assignment: Assignment, pairs: Sequence[Pair], uow: UnitOfWork) -> Iterator[Case]:
    both = [(pair.first, pair.second) for pair in pairs if pair.first is not None and pair.second is not None]
    contexts = uow.contexts.up_to(assignment.pseudonym, None) if both else ()
    first, second = assignment.readers
    for one, other in both:
        clinical = _clinical({one.lesion.id, other.lesion.id}, contexts, uow)
        mine, theirs = (
            Judged(site=each.lesion.site, findings=each.reading.findings, clinical=clinical) for each in (one, other)
        )
        yield Case(readers=(first, second), judged=(mine, theirs))


def _clinical(lesion_ids: set[UUID], contexts: Sequence[MeetingContext], uow: UnitOfWork) -> ClinicalContext:
    """The same for both: what the meeting knows now of the patient, and of this lesion by whatever name."""
    if any(each.lesion_id is not None for each in contexts):
        lesion_ids = lesion_ids | {each.id for lesion in lesion_ids for each in uow.lesions.absorbed_by(lesion)}
    return known_of(lesion_ids, contexts).clinical
