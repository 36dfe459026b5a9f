"""Pseudonymisation of one object in memory: what the list of harmless attributes allows, and nothing else.

Fail closed: an attribute that nobody named is dropped; a value that is not what its VR allows is emptied;
an object that cannot be understood raises UnprocessableError, and nothing of it is stored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pydicom import config
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import UID

from dicom_node.concepts import code, known_meaning
from dicom_node.dates import shift_date, shift_date_time
from dicom_node.errors import UnprocessableError
from dicom_node.harmless import ACTIONS, EMPTIED, MAY_BE_EMPTY, PIXELS, REPLACED, Action
from dicom_node.identifying import DEFINED_TERMS, Identifying, identifying
from dicom_node.look_up_tables import DESCRIPTOR_OF, fits_descriptor
from dicom_node.parsing import parse
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.received_person import received_person
from dicom_node.residue import SHORTEST_NUMBER, has_residue
from dicom_node.sameness import source_digest
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from dicom_node.values import ITEM_BYTES, NUMBER_VRS, WORD_VRS, is_allowed
from dicom_node.writing import assert_listed, encode, header_of, mark, only_uid
from storage.identities import Person, Pseudonymity
from storage.vault_errors import StudyConflictError

# pydicom's checks warn with the value they dislike, which may be a name; ours (`values`) do not.
config.settings.reading_validation_mode = config.IGNORE
config.settings.writing_validation_mode = config.IGNORE


class People(Protocol):
    """What is needed of the vault."""

    def identify(self, person: Person) -> Pseudonymity: ...

    def claim_study(self, study_uid: str, pseudonym: str) -> Pseudonymity: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonymised:
    """A pseudonymised object: its header as a data set (values replaced already) and the file it makes."""

    dataset: Dataset
    file: bytes
    """DICOM Part 10 file in the transfer syntax it was received in (PS3.10 7)."""
    pseudonym: str
    sop_instance_uid_before: str
    """As received; for comparison with the request only, never to be kept."""
    source_digest: str
    """See `sameness`."""


class Pseudonymiser:
    """Turns received objects into pseudonymised ones. Holds no state between objects."""

    def __init__(self, people: People, map_uid: UidMap, digest_key: bytes, issuers: Issuers) -> None:
        """`issuers`: who issued patient numbers that come without IssuerOfPatientID."""
        self._people = people
        self._map_uid = map_uid
        self._digest_key = digest_key
        self._issuers = issuers

    def __call__(self, source: bytes, calling_ae_title: str = "") -> Pseudonymised:
        """Pseudonymise one DICOM file given as bytes.

        Raises UnprocessableError with its reason; VaultError, which is no fault of the object; and whatever
        else a hostile object may provoke in its parser, which the door takes for a reason to quarantine.
        """
        dataset = parse(source)
        digest = source_digest(dataset, self._digest_key)
        received_uid = str(dataset.get("SOPInstanceUID", ""))
        identity = self._whose(dataset, calling_ae_title)
        named = identifying(dataset)
        _Treatment(map_uid=self._map_uid, days=identity.date_offset_days, identifying=named).apply(dataset, top=True)
        mark(dataset, identity.pseudonym)
        assert_listed(dataset)
        file = encode(dataset)
        if has_residue(header_of(file, dataset), named.words):
            raise UnprocessableError(Reason.RESIDUE)
        return Pseudonymised(
            dataset=dataset,
            file=file,
            pseudonym=identity.pseudonym,
            sop_instance_uid_before=received_uid,
            source_digest=digest,
        )

    def _whose(self, dataset: Dataset, calling_ae_title: str) -> Pseudonymity:
        """The person's stand-in; of a study that was begun under another one of theirs, that one."""
        identity = self._people.identify(received_person(dataset, self._issuers, calling_ae_title))
        study_uid = self._map_uid(only_uid(dataset, "StudyInstanceUID"))
        try:
            return self._people.claim_study(study_uid, identity.pseudonym)
        except StudyConflictError:
            raise UnprocessableError(Reason.STUDY_CONFLICT) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Treatment:
    """What is done to the elements of one object."""

    map_uid: UidMap
    days: int
    identifying: Identifying

    def apply(self, dataset: Dataset, *, top: bool) -> None:
        """Treat every element of `dataset` in place, sequences included."""
        for tag in list(dataset.keys()):
            number = int(tag)
            if number in REPLACED:
                dataset[tag] = DataElement(tag, dictionary_VR(tag), REPLACED[number])
            elif number in EMPTIED:
                _empty(dataset, number)
            elif number not in ACTIONS or (number in PIXELS and not top):
                del dataset[tag]
            else:
                self._treat(dataset, number, ACTIONS[number])

    def _treat(self, dataset: Dataset, tag: int, action: Action) -> None:
        if action in {Action.KEEP, Action.KEEP_TEXT}:
            self._keep(dataset, tag)
        elif action is Action.MAP_UID:
            _replace_each(dataset, tag, self.map_uid)
        elif action is Action.KEEP_REGISTERED_UID:
            _replace_each(dataset, tag, _registered)
        elif action is Action.SHIFT:
            self._shift(dataset, tag)
        elif _items(dataset, tag) is None:
            del dataset[tag]
        elif action is Action.RECURSE:
            dataset[tag].value = Sequence(item for item in dataset[tag].value if self._applies_to_item(item))
        else:
            self._keep_known_codes(dataset, tag)

    def _applies_to_item(self, item: Dataset) -> bool:
        """Treat an item. False when it refers to something by what is no UID: then the item goes, not the object."""
        try:
            self.apply(item, top=False)
        except UnprocessableError as error:
            if error.reason is not Reason.INVALID_UID:
                raise
            return False
        return True

    def _keep(self, dataset: Dataset, tag: int) -> None:
        vr, value = _encoded(dataset, tag)
        if not _may_stay(dataset, tag, vr, value):
            _empty(dataset, tag)
        elif vr in WORD_VRS or vr in NUMBER_VRS:
            self._keep_text(dataset, tag, vr, value.decode("ascii"))

    def _keep_text(self, dataset: Dataset, tag: int, vr: str, text: str) -> None:
        """A component that names somebody is emptied; the others keep their place."""
        but = DEFINED_TERMS if vr == "CS" else frozenset[str]()
        parts = text.split("\\")
        if vr in NUMBER_VRS:
            named = [part.strip() in self.identifying.words and len(part.strip()) >= SHORTEST_NUMBER for part in parts]
        else:
            named = [self.identifying.is_in(part, but=but, short=vr != "CS") for part in parts]
        if any(named):
            kept = ["" if is_named else part.strip(" \0") for part, is_named in zip(parts, named, strict=True)]
            dataset[tag] = DataElement(tag, vr, kept)

    def _shift(self, dataset: Dataset, tag: int) -> None:
        shift = shift_date if dictionary_VR(tag) == "DA" else shift_date_time
        _replace_each(dataset, tag, lambda text: shift(text, self.days))

    def _keep_known_codes(self, dataset: Dataset, tag: int) -> None:
        known = [coded for item in dataset[tag].value if (coded := self._known_code(item)) is not None]
        if known or tag in MAY_BE_EMPTY:
            dataset[tag].value = Sequence(known)
        else:
            del dataset[tag]

    def _known_code(self, item: Dataset) -> Dataset | None:
        value, scheme = str(item.get("CodeValue", "")), str(item.get("CodingSchemeDesignator", ""))
        meaning = known_meaning(scheme, value)
        if meaning is None or self.identifying.is_in(value):
            return None
        return code(value, scheme, meaning)


def _empty(dataset: Dataset, tag: int) -> None:
    dataset[tag] = DataElement(tag, dictionary_VR(tag).split(" or ")[0], None)


def _may_stay(dataset: Dataset, tag: int, vr: str, value: bytes) -> bool:
    if vr not in dictionary_VR(tag).split(" or ") or not is_allowed(tag, vr, value):
        return False
    return tag not in DESCRIPTOR_OF or fits_descriptor(dataset, tag, value)


def _encoded(dataset: Dataset, tag: int) -> tuple[str, bytes]:
    """VR and bytes of an element; of one that was decoded already, bytes of the same length and, if text, content."""
    element = dataset.get_item(tag)
    if isinstance(element, RawDataElement) and element.VR != "UN":
        return element.VR or dictionary_VR(tag)[:2], bytes(element.value or b"")
    vr, value = dataset[tag].VR, dataset[tag].value
    parts = list(value) if isinstance(value, MultiValue | list) else [] if value is None else [value]
    if vr in ITEM_BYTES:
        return vr, bytes(ITEM_BYTES[vr] * len(parts))
    if isinstance(value, bytes):
        return vr, value
    return vr, "\\".join("" if part is None else str(part) for part in parts).encode("utf-8")


def _replace_each(dataset: Dataset, tag: int, replace: Callable[[str], str]) -> None:
    value = dataset[tag].value
    vr = dictionary_VR(tag)
    if not value:
        return
    parts = [str(part) for part in value] if isinstance(value, MultiValue) else [str(value)]
    dataset[tag] = DataElement(tag, vr, [replace(part) if part else "" for part in parts])


def _registered(uid: str) -> str:
    if UID(uid).name == uid:  # pydicom names the UIDs of PS3.6 Annex A, and no others
        raise UnprocessableError(Reason.INVALID_UID)
    return uid


def _items(dataset: Dataset, tag: int) -> Sequence | None:
    value = dataset[tag].value
    return value if isinstance(value, Sequence) else None
