"""The studies of one patient, as the meeting sheet names them."""

from annotation.meeting_sheet.sheet import StudyFacts
from storage.catalogue import Catalogue

_AT_A_TIME = 200


def studies_of(pseudonym: str, catalogue: Catalogue) -> dict[str, StudyFacts]:
    """By Study Instance UID."""
    found: dict[str, StudyFacts] = {}
    after = None
    while True:
        page = catalogue.studies(limit=_AT_A_TIME, after=after, pseudonym=pseudonym)
        for each in page.items:
            found[each.study_instance_uid] = StudyFacts(
                study_instance_uid=each.study_instance_uid, date=each.study_date, modalities=each.modalities
            )
        after = page.next_key
        if after is None:
            return found
