"""Putting together what watches the states of studies: clock, sealed sources, and questions to the peers."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from dicom_node.contexts import IMAGE_SOP_CLASSES
from dicom_node.finding import asking
from dicom_node.outbox import Outbox
from dicom_node.peers import PeerAddress
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.tags import STUDY
from dicom_node.study_clock import StudyClock
from dicom_node.study_confirmation import Confirmation
from dicom_node.study_count import Taken
from dicom_node.study_sources import StudySources
from dicom_node.uids import is_uid
from osteon.outboxes import RELEASED
from osteon.settings import Settings
from storage.study_states import StudyStates

MODALITIES = frozenset({"CT", "MR", "PT"})
"""Of the SOP classes that are taken (PS3.3 C.8: enumerated for each of them)."""


def sources_of(home: Path, worker: int) -> Path:
    """The folder of one worker of the node, by its number."""
    return home / "studies" / str(worker)


def sources_of_released(home: Path) -> Path:
    """The folder of `osteon quarantine release`, from which the first worker takes what it asks for."""
    return home / "studies" / RELEASED


def note_source_of_released(
    sources: StudySources, written_uid: Callable[[str], str], study_uid: str, ae_title: str, source: Facts
) -> None:
    """As `StudySources.note`; what had been pseudonymised before it was set aside does not tell its original UID."""
    original = source.text(STUDY)
    if is_uid(original) and written_uid(original) == study_uid:
        sources.note(study_uid, ae_title, source)


def take_over_sources(home: Path, workers: int, sources: StudySources) -> None:
    """What is kept by workers that there are no more: else nobody would ask for it, nor remove it in time."""
    in_use = {sources_of_released(home), *(sources_of(home, number) for number in range(workers))}
    for folder in [home / "studies", *sorted((home / "studies").iterdir())]:
        if folder.is_dir() and folder not in in_use:
            sources.take_over(folder)
            with suppress(OSError):  # of the folder itself: there are others in it
                folder.rmdir()


def build_study_clock(
    settings: Settings,
    *,
    states: StudyStates,
    sources: StudySources,
    outboxes: Sequence[Outbox],
    address_of: Callable[[str], PeerAddress | None],
    map_uid: Callable[[str], str],
) -> StudyClock:
    """`outboxes`: those that this process forwards. `map_uid`: from a received UID to the one that is written."""
    taken = Taken(sop_classes=frozenset(map(str, IMAGE_SOP_CLASSES)), modalities=MODALITIES, map_uid=map_uid)
    return StudyClock(
        states=states,
        on_their_way=lambda: frozenset[str]().union(*(outbox.studies() for outbox in outboxes)),
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
