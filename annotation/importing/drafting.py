"""Drafts of what an object says, for the one who imports it alone; every value is to be confirmed before it is signed.

A lesion is found by the identifier that our own reports give it (tracking UID), or by its place; where the patient has
none there, one is opened.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID, uuid4

from annotation import assigning, audit_notes, evidence
from annotation.audit import Action
from annotation.draft import FIRST_VERSION, Draft, LesionDraft
from annotation.entities import Lesion
from annotation.errors import LesionNotFoundError, UnacceptableError
from annotation.importing.foreign_object import ForeignObject
from annotation.importing.proposals import LeftOut, NotTaken, Proposal
from annotation.lesion_errors import LesionMergedError
from annotation.lesion_history import Happening, LesionEvent
from annotation.ports import Clock, UnitOfWork
from annotation.structured_report.identifiers import tracking_uid
from lesion_model.errors import LesionModelError, Problem
from lesion_model.findings import Finding, ImagingFindings

# Said of two examinations, and not of what is drawn on one.
_NOT_TAKEN = frozenset({Finding.CHANGE})
_PAGE = 200


class Match(Enum):
    """How the lesion of a draft was found."""

    CHOSEN = "chosen"
    TRACKING = "tracking"
    SITE = "site"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedDraft:
    """What was made of one part of the object."""

    proposal: Proposal
    found: LesionDraft
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an object."""

    source: ForeignObject
    document_uid: str
    drafts: tuple[ImportedDraft, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """`document_uid`: names the object where its drafts say what they come from. `chosen`: lesions by the number of
    the part that is about them."""

    source: ForeignObject
    document_uid: str
    parts: Sequence[Proposal | LeftOut]
    chosen: Mapping[int, UUID]
    by: str
    now: Clock


def make_drafts(importing: Importing, uow: UnitOfWork) -> Imported:
    """Under the assignment that gives the reader this study, if one does.

    Raises LesionNotFoundError, LesionMergedError and UnacceptableError for lesions that cannot be chosen, and
    NotNowError when the reader has no say in this study until a blind reading of it is over.
    """
    proposals = [each for each in importing.parts if isinstance(each, Proposal)]
    _check_chosen(importing.chosen, importing.parts)
    with uow:
        assigning.begin(importing.source.study_instance_uid, importing.by, uow)
        made = [_made(each, importing, uow) for each in proposals]
        drafts = tuple(each for each in made if isinstance(each, ImportedDraft))
        if drafts:
            uow.commit()
    left_out = [each for each in (*importing.parts, *made) if isinstance(each, LeftOut)]
    return Imported(
        source=importing.source,
        document_uid=importing.document_uid,
        drafts=drafts,
        left_out=tuple(sorted(left_out, key=lambda each: each.number)),
    )


def _check_chosen(chosen: Mapping[int, UUID], parts: Sequence[Proposal | LeftOut]) -> None:
    if not chosen.keys() <= {each.number for each in parts}:
        detail = "the object has no part of this number"
        raise UnacceptableError([Problem(field="lesion", detail=detail)])


def _made(proposal: Proposal, importing: Importing, uow: UnitOfWork) -> ImportedDraft | LeftOut:
    source = importing.source
    found = _lesion(proposal, importing, uow)
    if isinstance(found, LeftOut):
        return found
    lesion, match = found
    draft = _draft(proposal, lesion, importing)
    try:
        evidence.check(lesion, source.study_instance_uid, draft.findings, draft.geometry, uow.images)
    except (LesionModelError, UnacceptableError) as error:
        detail = "; ".join(f"{each.field}: {each.detail}" for each in error.problems)
        return _left_out(proposal, NotTaken.NOT_APPLICABLE, detail)
    if match is Match.NEW:
        lesion = _opened(lesion, importing, uow)
    elif uow.drafts.begun(importing.by, lesion.id, source.study_instance_uid) is not None:
        return _left_out(proposal, NotTaken.DRAFT_EXISTS, f"you have a draft of {lesion.label} on this study already")
    uow.drafts.add(draft)
    uow.audit.note(audit_notes.of_draft(Action.CREATED, lesion, draft), by=importing.by, at=draft.created_at)
    return ImportedDraft(proposal=proposal, found=LesionDraft(lesion=lesion, draft=draft), match=match)


def _left_out(proposal: Proposal, reason: NotTaken, detail: str) -> LeftOut:
    return LeftOut(number=proposal.number, reason=reason, detail=detail, not_understood=proposal.not_understood)


def _lesion(proposal: Proposal, importing: Importing, uow: UnitOfWork) -> tuple[Lesion, Match] | LeftOut:
    """A new one is not kept yet."""
    pseudonym = importing.source.pseudonym
    if proposal.number in importing.chosen:
        return _chosen(uow.lesions.get(importing.chosen[proposal.number]), pseudonym), Match.CHOSEN
    known = list(_lesions(pseudonym, uow))
    tracked = [each for each in known if tracking_uid(each.id) == proposal.tracking_uid]
    if tracked:
        return tracked[0], Match.TRACKING
    if proposal.site is None:
        return _left_out(proposal, NotTaken.NO_SITE, "does not say where in the skeleton it is: choose a lesion")
    here = [each for each in known if each.site == proposal.site]
    if len(here) > 1:
        names = ", ".join(each.label for each in here)
        return _left_out(proposal, NotTaken.SEVERAL_LESIONS, f"several lesions are there, choose one: {names}")
    if here:
        return here[0], Match.SITE
    new = Lesion(
        id=uuid4(),
        pseudonym=pseudonym,
        number=1,
        site=proposal.site,
        created_at=importing.now(),
        created_by=importing.by,
    )
    return new, Match.NEW


def _chosen(lesion: Lesion, pseudonym: str) -> Lesion:
    if lesion.pseudonym != pseudonym:
        raise LesionNotFoundError
    if lesion.merged_into is not None:
        raise LesionMergedError(lesion.merged_into)
    return lesion


def _lesions(pseudonym: str, uow: UnitOfWork) -> Iterator[Lesion]:
    """Those that may be seen and were not merged into others."""
    after = 0
    while page := uow.lesions.of_patient(pseudonym, after=after, limit=_PAGE):
        yield from (each for each in page if each.merged_into is None)
        after = page[-1].number


def _opened(lesion: Lesion, importing: Importing, uow: UnitOfWork) -> Lesion:
    block = uow.assignments.block(lesion.pseudonym, importing.by)
    opened = replace(lesion, number=uow.lesions.next_number(lesion.pseudonym, block))
    uow.lesions.add(opened)
    uow.lesion_history.add(
        LesionEvent(
            lesion_id=opened.id,
            version=opened.version,
            what=Happening.OPENED,
            by=importing.by,
            at=opened.created_at,
        )
    )
    uow.audit.note(audit_notes.of_lesion(Action.CREATED, opened), by=importing.by, at=opened.created_at)
    return opened


def _draft(proposal: Proposal, lesion: Lesion, importing: Importing) -> Draft:
    carried = proposal.findings.known - _NOT_TAKEN
    sources = frozenset(each for each in proposal.findings.sources if each.finding in carried)
    values = {each.value: getattr(proposal.findings, each.value) for each in carried}
    moment = importing.now()
    return Draft(
        id=uuid4(),
        lesion_id=lesion.id,
        study_instance_uid=importing.source.study_instance_uid,
        author=importing.by,
        version=FIRST_VERSION,
        findings=ImagingFindings(**values, sources=sources),
        geometry=proposal.geometry,
        created_at=moment,
        updated_at=moment,
        carried=carried,
        imported_from=importing.document_uid,
        note=proposal.name,
    )
