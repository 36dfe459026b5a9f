"""Putting the pseudonymisation engine together from the settings, for the node and for the offline command alike."""

from collections.abc import Callable
from pathlib import Path

from dicom_node.concepts import known_meaning
from dicom_node.contexts import IMAGE_SOP_CLASSES
from dicom_node.pseudonymisation.approved_words import read_approved
from dicom_node.pseudonymisation.engine import Engine, Identify
from dicom_node.pseudonymisation.profile import DEFAULT, Profile, read_profile
from dicom_node.pseudonymisation.rules import compile_rules
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.uids import UidMap
from osteon.settings import Settings


def engine_maker(settings: Settings, map_uid: UidMap) -> Callable[[Identify], Engine]:
    """What makes an engine for whoever says whose objects are. Profile and approved words are read now, once.

    Raises ProfileError and ApprovalError.
    """
    return new_engine_maker(profile_of(settings.profile), vocabulary_of(settings.approved_words_file), map_uid)


def new_engine_maker(profile: Profile, vocabulary: Vocabulary, map_uid: UidMap) -> Callable[[Identify], Engine]:
    """The same from its parts. Tables are read and rules compiled now, not while the first object waits."""
    clean = TextCleaner(vocabulary)
    known_meaning("DCM", "")
    for sop_class_uid in IMAGE_SOP_CLASSES:
        compile_rules(profile, str(sop_class_uid))
    return lambda identify: Engine(profile=profile, identify=identify, map_uid=map_uid, clean=clean)


def profile_of(path: Path | None) -> Profile:
    """The profile in a file; without one, the default. Raises ProfileError."""
    return DEFAULT if path is None else read_profile(path)


def vocabulary_of(approved_words_file: Path) -> Vocabulary:
    """The product's words and the custodian's own. Raises ApprovalError."""
    return Vocabulary.default().with_approved(read_approved(approved_words_file))
