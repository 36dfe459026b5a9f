"""Saving a draft again and again while it is made: nothing is overwritten unseen, and once is enough."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from annotation import evidence
from annotation.carrying import copied, prior_reading
from annotation.checked_text import warn_of_identifying
from annotation.draft import Draft, LesionDraft, RevisionOf
from annotation.draft_errors import OvertakenDraftError, StaleDraftError
from annotation.entities import Lesion, Reading
from annotation.errors import UnacceptableError
from annotation.ports import Clock, UnitOfWork
from annotation.readings import LesionReading
from lesion_model.errors import Problem
from lesion_model.findings import Finding, ImagingFindings
from lesion_model.geometry import Geometry


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChange:
    """What is to be different. `digest` names the change: the same one has the same.

    `findings` makes the new findings from the old ones and `changed` says which it sets; `carried` are to be copied
    from the prior reading; `confirmed` are carried ones that hold on this examination too. `geometry` and `note` are
    taken when they are named in `replaced`. `onto` is the newest revision of the reading that is revised, when the
    reader has seen it.
    """

    digest: str
    findings: Callable[[ImagingFindings], ImagingFindings]
    changed: frozenset[Finding] = frozenset()
    carried: frozenset[Finding] = frozenset()
    confirmed: frozenset[Finding] = frozenset()
    replaced: frozenset[str] = frozenset()
    geometry: Geometry | None = None
    note: str | None = None
    onto: int | None = None
    text_checked: bool = False


def save_draft(
    draft_id: UUID, expected_version: int, change: DraftChange, *, by: str, now: Clock, uow: UnitOfWork
) -> LesionDraft:
    """Make one change to a draft, once, however often it is sent.

    The audit log has no entry of it: every few seconds, of what only the author sees, until it is signed.

    Raises DraftNotFoundError, StaleDraftError, OvertakenDraftError, UnacceptableError, FindingError,
    FindingNotApplicableError, IdentifyingTextError.
    """
    with uow:
        found, lesion = _found(draft_id, by, uow)
        if found.version == expected_version:
            saved = replace(_changed(found, change, lesion, uow), updated_at=now())
            evidence.check(lesion, saved.study_instance_uid, saved.findings, saved.geometry, uow.images)
            if uow.drafts.replace(saved):
                uow.commit()
                return LesionDraft(lesion=lesion, draft=saved)
            found = uow.drafts.get(draft_id, by)  # saved or signed while we looked
        current = LesionDraft(lesion=lesion, draft=found)
        if found.version == expected_version + 1 and found.last_change == change.digest:
            return current  # the answer was lost, not the change
        raise StaleDraftError(current, expected_version)


def _found(draft_id: UUID, by: str, uow: UnitOfWork) -> tuple[Draft, Lesion]:
    """The draft and its lesion. A save does not wait its turn: the lesion may be matched between the two looks, and the
    draft is then with the lesion that goes on."""
    found = uow.drafts.get(draft_id, by)
    lesion = uow.lesions.get(found.lesion_id)
    if lesion.merged_into is None:
        return found, lesion
    found = uow.drafts.get(draft_id, by)
    return found, uow.lesions.get(found.lesion_id)


def _changed(draft: Draft, change: DraftChange, lesion: Lesion, uow: UnitOfWork) -> Draft:
    note = (change.note or "").strip() and change.note if "note" in change.replaced else draft.note
    if "note" in change.replaced:
        warn_of_identifying({"note": note}, checked=change.text_checked)
    findings = change.findings(draft.findings)
    carried, carried_from = draft.carried - change.changed - change.confirmed, draft.carried_from
    if change.carried:
        prior = _prior(draft, lesion, uow)
        findings = copied(prior.findings, findings, change.carried)
        carried |= change.carried
        carried_from = RevisionOf(reading_id=prior.id, revision=prior.revision)
    carried &= findings.known
    return replace(
        draft,
        version=draft.version + 1,
        findings=findings,
        geometry=change.geometry if "geometry" in change.replaced else draft.geometry,
        carried=carried,
        carried_from=carried_from if carried else None,
        revises=draft.revises if change.onto is None else _moved_onto(change.onto, draft, lesion, uow),
        note=note or None,
        last_change=change.digest,
    )


def _prior(draft: Draft, lesion: Lesion, uow: UnitOfWork) -> Reading:
    prior = prior_reading(lesion, draft.study_instance_uid, uow)
    if prior is None:
        raise UnacceptableError([Problem(field="carry", detail="this lesion has no prior reading")])
    return prior


def _moved_onto(revision: int, draft: Draft, lesion: Lesion, uow: UnitOfWork) -> RevisionOf:
    if draft.revises is None:
        raise UnacceptableError([Problem(field="onto", detail="this draft revises no signed reading")])
    newest = uow.readings.newest(draft.revises.reading_id)
    if newest.revision != revision:
        seen = LesionReading(lesion=lesion, reading=newest)
        raise OvertakenDraftError(LesionDraft(lesion=lesion, draft=draft), seen)
    return replace(draft.revises, revision=revision)
