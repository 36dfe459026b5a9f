"""What is the same for all objects of one study: whose it is, what identifies, how values are treated."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.codec import Codec
from dicom_node.pseudonymisation.facts import UNIVERSAL_ENTITY_ID, Facts
from dicom_node.pseudonymisation.identifying import IdentifyingValues, identifying_values
from dicom_node.pseudonymisation.marks import Mark, marks_of
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.part10 import OWN_BYTES
from dicom_node.pseudonymisation.profile import Profile
from dicom_node.pseudonymisation.residue import without_hits
from dicom_node.pseudonymisation.rules import Rules, compile_rules
from dicom_node.pseudonymisation.syntax import EXPLICIT_LITTLE
from dicom_node.pseudonymisation.tags import CHARSET, SOP_CLASS, STUDY, is_private
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.trail import Named
from dicom_node.pseudonymisation.treatment import Treatment
from dicom_node.status import Reason
from dicom_node.uids import UidMap, is_registered
from storage.identities import Pseudonymity

REMEMBERED = 16
"""Studies."""

MOST_NAMED = 512
MOST_NAMED_CHARACTERS = 16_384
"""Names and numbers of one object; more are a sign that it is no image, and searching for them takes too long."""

MOST_NAMES = 16
"""Sets of names that are remembered of a study."""

MOST_CHARSETS = 16

_CODEC = Codec(EXPLICIT_LITTLE)
_KEPT = frozenset({Action.KEEP, Action.KEEP_TEXT, Action.KEEP_CODE, Action.CAP_AGE})


class Names:
    """What is looked for in an object, and how values are treated with that in mind."""

    def __init__(self, study: "Study", named: tuple[Named, ...]) -> None:
        self._study = study
        self.named = named
        self.identifying = without_hits(identifying_values(named, study.charset.terms), study.own_bytes)
        self._treatments: dict[bytes, Treatment] = {}

    def treatment(self, charset: bytes) -> Treatment:
        """How values are treated where Specific Character Set has this value."""
        known = self._treatments.get(charset)
        if known is None:
            if len(self._treatments) >= MOST_CHARSETS:
                self._treatments.clear()
            known = self._treatments[charset] = self._study.new_treatment(Charset(charset), self.identifying)
        return known


class Study:
    """One study's objects of one SOP class and one set of identifying values, from one sender."""

    def __init__(
        self,
        *,
        identity: Pseudonymity,
        rules: Rules,
        marks: Mapping[int, Mark],
        charset: Charset,
        named: Iterable[Named],
        map_uid: UidMap,
        clean: TextCleaner,
    ) -> None:
        """`named`: what the top level of its objects says; nested values are an object's own (`names`)."""
        self.identity = identity
        self.rules = rules
        self.marks = marks
        self.keeps_uids = Option.RETAIN_UIDS in rules.profile.options
        self.charset = charset
        self.own_bytes = OWN_BYTES + b"\0".join(mark.encode(_CODEC) for mark in marks.values())
        """What we write ourselves: finding a name in it says nothing."""
        self._map_uid = map_uid
        self._clean = clean
        self._named = tuple(dict.fromkeys(one for one in named if self._is_sought(one[0])))
        self._known: OrderedDict[tuple[Named, ...], Names] = OrderedDict()

    def names(self, nested: Iterable[Named]) -> Names:
        """What is looked for in an object whose sequences and private groups hold these values too.

        What the profile keeps on purpose is not looked for. Raises UnprocessableError when there are too many.
        """
        more = {one for one in nested if one not in self._named and self._is_sought(one[0])}
        if len(self._named) + len(more) > MOST_NAMED or sum(len(text) for _, text in more) > MOST_NAMED_CHARACTERS:
            raise UnprocessableError(Reason.UNREADABLE, "too many names")
        named = (*self._named, *sorted(more))
        known = self._known.get(named)
        if known is None:
            known = self._known[named] = Names(self, named)
            while len(self._known) > MOST_NAMES:
                self._known.popitem(last=False)
        self._known.move_to_end(named)
        return known

    def latest_names(self) -> Names:
        """Those of the last object of another make: the next one has probably the same."""
        return next(reversed(self._known.values())) if self._known else self.names(())

    def uid_of(self, uid: str) -> str:
        """What becomes of one of the object's own UIDs. Raises UnprocessableError when it is no UID."""
        mapped = self._map_uid(uid)
        if is_registered(uid):
            raise UnprocessableError(Reason.INVALID_UID, "a registered one")
        return uid if self.keeps_uids else mapped

    def new_treatment(self, charset: Charset, identifying: IdentifyingValues) -> Treatment:
        """How values of one character set are treated."""
        return Treatment(
            rules=self.rules,
            map_uid=self._map_uid,
            days=self.identity.date_offset_days,
            charset=charset,
            identifying=identifying,
            clean=self._clean,
        )

    def _is_sought(self, tag: int) -> bool:
        return is_private(tag) or self.rules.find(tag, "") not in _KEPT


class Studies:
    """The studies that objects came of lately."""

    def __init__(
        self,
        *,
        profile: Profile,
        identify: Callable[[Facts, Charset, str], Pseudonymity],
        map_uid: UidMap,
        clean: TextCleaner,
    ) -> None:
        self._profile = profile
        self._identify = identify
        self._map_uid = map_uid
        self._clean = clean
        self._rules: dict[str, Rules] = {}
        self._known: OrderedDict[tuple[object, ...], Study] = OrderedDict()

    def of(self, facts: Facts, sender: str) -> Study:
        """The study of an object, worked out at its first object.

        Raises UnprocessableError when it names no study, and what `identify` raises.
        """
        sop_class = facts.text(SOP_CLASS)
        key = (sender, sop_class, facts.values.get(CHARSET), facts.values.get(STUDY), facts.identifying, _who(facts))
        study = self._known.get(key)
        if study is None:
            study = self._known[key] = self._first(facts, sop_class, sender)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return study

    def _first(self, facts: Facts, sop_class: str, sender: str) -> Study:
        charset = Charset(facts.values.get(CHARSET, b""))
        identity = self._identify(facts, charset, sender)
        rules = self._rules.get(sop_class) or compile_rules(self._profile, sop_class)
        self._rules[sop_class] = rules
        marks = marks_of(
            pseudonym=identity.pseudonym,
            study_uid=self._map_uid(facts.text(STUDY)),
            profile=self._profile,
            codes=rules.codes,
        )
        return Study(
            identity=identity,
            rules=rules,
            marks=marks,
            charset=charset,
            named=((tag, charset.read(value)) for tag, value in facts.identifying),
            map_uid=self._map_uid,
            clean=self._clean,
        )


def _who(facts: Facts) -> tuple[object, ...]:
    """What the sequences say of whose object it is, so that it can be compared."""
    return tuple(
        (tag, tuple((item.identifying, item.values.get(UNIVERSAL_ENTITY_ID), _who(item)) for item in items))
        for tag, items in facts.nested.items()
    )
