"""What the door needs of the engine: one object in, one pseudonymised object out, for whoever the vault says it is.

Associations run in threads of their own, and an engine serves one at a time: engines are taken from a stack and given
back, so that one which knows the study that is being sent is at hand. Before another one is made, which would have to
learn what that one knows, it is waited for.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.dropped_words import DroppedWordsError
from dicom_node.pseudonymisation.engine import Begun, Engine, Identify, Result
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.level import Part
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymisation.tags import SOP_CLASS, SOP_INSTANCE, STUDY
from dicom_node.received_person import received_person
from dicom_node.sameness import BegunDigest, HashPixels, SourceDigest, hash_of
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from storage.identities import Person, Pseudonymity
from storage.keys import KeyFileError
from storage.vault_errors import StudyConflictError

log = logging.getLogger("osteon.door")

PATIENCE_SECONDS = 0.025
"""For an engine in use, which has done in 0.2 ms, and in 20 ms with a patient's first object.

Threads share the interpreter: two engines are no faster than one. But one may wait for the vault, or have a large
object in hand, and must not hold up the others for longer than this.
"""


class People(Protocol):
    """What is needed of the vault."""

    def identify(self, person: Person) -> Pseudonymity: ...

    def claim_study(self, study_uid: str, pseudonym: str) -> Pseudonymity: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonymised:
    """A pseudonymised object, and what is known of the one it was made of."""

    result: Result
    sop_class_uid: str
    sop_instance_uid_before: str
    """As received; for comparison with the request only, never to be kept."""
    source_digest: str
    """See `sameness`."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The DICOM Part 10 file in the transfer syntax it was received in (PS3.10 7), to be written one by one."""
        return self.result.parts

    @property
    def pseudonym(self) -> str:
        return self.result.pseudonym


@dataclass(frozen=True, slots=True)
class BegunObject:
    """What is known of an object whose pixels are still to come."""

    begun: Begun
    digest: BegunDigest


@dataclass(frozen=True, slots=True)
class Identifier:
    """Finds whoever stands in for an object's person (an `Identify`)."""

    people: People = field(repr=False)
    map_uid: UidMap = field(repr=False)
    issuers: Issuers

    def __call__(self, facts: Facts, charset: Charset, calling_ae_title: str) -> Pseudonymity:
        """The person's stand-in; of a study that was begun under another one of theirs, that one.

        Raises UnprocessableError when nobody is named, or the study is another person's; VaultError.
        """
        person = received_person(facts, charset, self.issuers, calling_ae_title)
        identity = self.people.identify(person)
        try:
            return self.people.claim_study(self.map_uid(facts.text(STUDY)), identity.pseudonym)
        except StudyConflictError:
            raise UnprocessableError(Reason.STUDY_CONFLICT) from None


class Pseudonymiser:
    """Share one between threads."""

    def __init__(
        self,
        new_engine: Callable[[Identify], Engine],
        identify: Identify,
        digest_key: bytes,
        count_dropped: Callable[[Iterable[str]], None] = lambda _: None,
    ) -> None:
        """`new_engine`: makes an engine that asks the given function whose an object is.

        `count_dropped`: told the unknown words that were taken out of descriptions.
        """
        self._new_engine = new_engine
        self._identify = identify
        self._source_digest = SourceDigest(digest_key)
        self._count_dropped = count_dropped
        self._engines: list[Engine] = []
        self._has_made_one = False
        self._given_back = threading.Condition()

    def __call__(
        self, source: bytes, calling_ae_title: str = "", hash_pixels: HashPixels | None = hash_of
    ) -> Pseudonymised:
        """Pseudonymise one DICOM file given as bytes.

        `hash_pixels`: for a source whose pixels are elsewhere; None: the source is not whole yet, and comes again.

        Raises UnprocessableError with its reason; VaultError, which is no fault of the object; and whatever
        else a hostile object may provoke, which the door takes for a reason to quarantine.
        """
        with self._engine() as engine:
            result = engine(source, calling_ae_title)
        if hash_pixels is None:
            return _pseudonymised(result, "")
        return self._counted(result, self._source_digest(result.source, result.source_data, hash_pixels))

    def begin(self, head: bytes, calling_ae_title: str = "") -> BegunObject | None:
        """Of an object of which only the first bytes have come; None when nothing can be said yet."""
        with self._engine() as engine:
            begun = engine.begin(head, calling_ae_title)
        return None if begun is None else BegunObject(begun, self._source_digest.begin(begun.result.source))

    def completed(self, begun: BegunObject, source: bytes) -> Pseudonymised | None:
        """Now that all has come; None when it is not what its head had announced."""
        result = begun.begun.completed(source)
        return None if result is None else self._counted(result, begun.digest.completed(source))

    def _counted(self, result: Result, source_digest: str) -> Pseudonymised:
        if result.trail.dropped_words:
            self._note(result.trail.dropped_words)
        return _pseudonymised(result, source_digest)

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        engine = self._take() or self._new_engine(self._identify)
        try:
            yield engine
        finally:
            with self._given_back:
                self._engines.append(engine)
                self._given_back.notify()

    def _take(self) -> Engine | None:
        """The one that was used last; None when there is none, or all are in use for long."""
        with self._given_back:
            if not self._engines and self._has_made_one:
                self._given_back.wait_for(lambda: self._engines, PATIENCE_SECONDS)
            self._has_made_one = True
            return self._engines.pop() if self._engines else None

    def _note(self, words: Iterable[str]) -> None:
        """Counting words is a service to the custodian: when it fails, objects are taken all the same."""
        try:
            self._count_dropped(words)
        except (OSError, DroppedWordsError, KeyFileError) as error:
            log.warning("dropped words cannot be counted: %s", type(error).__name__)


def _pseudonymised(result: Result, source_digest: str) -> Pseudonymised:
    return Pseudonymised(
        result=result,
        sop_class_uid=result.source.text(SOP_CLASS),
        sop_instance_uid_before=result.source.text(SOP_INSTANCE),
        source_digest=source_digest,
    )
