"""Putting together what watches the states of studies: clock, sealed sources, and questions to the peers."""

from collections.abc import Callable
from functools import partial

from dicom_node.contexts import IMAGE_SOP_CLASSES
from dicom_node.finding import asking
from dicom_node.outbox import Outbox
from dicom_node.peers import PeerAddress
from dicom_node.study_clock import StudyClock
from dicom_node.study_confirmation import Confirmation
from dicom_node.study_count import Taken
from dicom_node.study_sources import StudySources
from dicom_node.uids import UidMap
from osteon.settings import Settings
from storage.study_states import StudyStates

MODALITIES = frozenset({"CT", "MR", "PT"})
"""Of the SOP classes that are taken (PS3.3 C.8: enumerated for each of them)."""


def build_study_clock(
    settings: Settings,
    *,
    states: StudyStates,
    sources: StudySources,
    outbox: Outbox,
    address_of: Callable[[str], PeerAddress | None],
    map_uid: UidMap,
) -> StudyClock:
    taken = Taken(sop_classes=frozenset(map(str, IMAGE_SOP_CLASSES)), modalities=MODALITIES, map_uid=map_uid)
    return StudyClock(
        states=states,
        on_their_way=outbox.studies,
        confirmation=Confirmation(
            states=states,
            sources=sources,
            address_of=address_of,
            ask=partial(asking, calling_ae_title=settings.ae_title),
            taken=taken,
        ),
        tidy=sources.tidy,
        idle_seconds=settings.study_idle_seconds,
    )
