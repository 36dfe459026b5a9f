"""What is known of a patient and of one lesion's pain when a score is computed, and who said so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from annotation.meeting_context import PAIN_ITEMS, RADIOTHERAPY_AT_SITE, MeetingContext
from lesion_model.assess import PAIN_UNKNOWN, ClinicalPain
from lesion_model.assess_lesion import NOTHING_KNOWN
from lesion_model.clinical import ClinicalContext


class Source(Enum):
    """Where an item of a score comes from."""

    READING = "reading"
    CLINICAL_CONTEXT = "clinical_context"
    REQUEST = "request"
    LESION = "lesion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Who supplied an item, when, and in what. What came with the request was recorded nowhere."""

    source: Source
    by: str | None = None
    at: datetime | None = None
    id: UUID | None = None
    meeting_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known, and who supplied each known item of it, by the item's name."""

    clinical: ClinicalContext
    suppliers: Mapping[str, Supplier]


NOBODY_SAID = Known(clinical=NOTHING_KNOWN, suppliers={})


def known_of(
    lesion_ids: Collection[UUID], contexts: Sequence[MeetingContext], asked: ClinicalPain = PAIN_UNKNOWN
) -> Known:
    """From the newest of `contexts`, which are given newest first.

    The newest context of the patient is taken whole: what it leaves open is not filled from an older meeting.
    The lesion's own pain replaces the patient's; pain that is `asked` about replaces both. `lesion_ids` are those
    of one and the same lesion.
    """
    general = next((each for each in contexts if each.lesion_id is None and each.known), None)
    own = [each for each in contexts if each.lesion_id in lesion_ids]
    said: dict[str, MeetingContext] = {} if general is None else dict.fromkeys(general.known, general)
    for items in (PAIN_ITEMS, (RADIOTHERAPY_AT_SITE,)):
        newest = next((each for each in own if set(items) & set(each.known)), None)
        if newest is not None:
            said = {item: context for item, context in said.items() if item not in items}
            said |= {item: newest for item in items if item in newest.known}
    known = Known(
        clinical=ClinicalContext(**{item: getattr(context.clinical, item) for item, context in said.items()}),
        suppliers={item: _entered(context) for item, context in said.items()},
    )
    return _with_pain(known, asked)


def _entered(context: MeetingContext) -> Supplier:
    return Supplier(
        source=Source.CLINICAL_CONTEXT,
        by=context.entered_by,
        at=context.entered_at,
        id=context.id,
        meeting_date=context.meeting_date,
    )


def _with_pain(known: Known, asked: ClinicalPain) -> Known:
    """The intensity on record is that of another pain than the one that is asked about."""
    given = [item for item, pain in (("mirels_pain", asked.mirels), ("sins_pain", asked.sins)) if pain is not None]
    if not given:
        return known
    clinical = replace(
        known.clinical,
        mirels_pain=asked.mirels or known.clinical.mirels_pain,
        sins_pain=asked.sins or known.clinical.sins_pain,
        pain_intensity=None,
    )
    kept = {item: supplier for item, supplier in known.suppliers.items() if item != "pain_intensity"}
    return Known(clinical=clinical, suppliers=kept | dict.fromkeys(given, Supplier(source=Source.REQUEST)))
