"""What is the same for all objects of one study: whose it is, what identifies, how values are treated."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.identifying import identifying_values
from dicom_node.pseudonymisation.marks import Mark, marks_of
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import Profile
from dicom_node.pseudonymisation.rules import Rules, compile_rules
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.trail import Named
from dicom_node.pseudonymisation.treatment import Treatment
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from storage.identities import Pseudonymity

REMEMBERED = 64
"""Studies."""

MOST_NAMED = 512
"""Names and numbers of one study; more are a sign that the study is none, and searching for them takes too long."""

MOST_CHARSETS = 16

CHARSET, SOP_CLASS, SOP_INSTANCE, STUDY, SERIES = 0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_KEPT = frozenset({Action.KEEP, Action.KEEP_TEXT, Action.KEEP_CODE, Action.CAP_AGE})


class Study:
    """One study's objects of one SOP class from one sender."""

    def __init__(
        self,
        *,
        identity: Pseudonymity,
        rules: Rules,
        marks: Mapping[int, Mark],
        charset: Charset,
        map_uid: UidMap,
        clean: TextCleaner,
    ) -> None:
        self.identity = identity
        self.rules = rules
        self.marks = marks
        self.keeps_uids = Option.RETAIN_UIDS in rules.profile.options
        self._charset = charset
        self._map_uid = map_uid
        self._clean = clean
        self._named: tuple[Named, ...] = ()
        self.identifying = identifying_values((), charset.terms)
        self._treatments: dict[bytes, Treatment] = {}

    def learn(self, named: Iterable[Named]) -> bool:
        """Look for these values too from now on. False when all of them were known.

        What the profile keeps on purpose is not looked for. Raises UnprocessableError when there are too many.
        """
        new = [one for one in dict.fromkeys(named) if one not in self._named and self._is_sought(one[0])]
        if not new:
            return False
        self._named = (*self._named, *new)
        if len(self._named) > MOST_NAMED:
            raise UnprocessableError(Reason.UNREADABLE, "too many names")
        self.identifying = identifying_values(self._named, self._charset.terms)
        self._treatments.clear()
        return True

    def uid_of(self, uid: str) -> str:
        """What becomes of one of the object's own UIDs. Raises UnprocessableError when it is no UID."""
        mapped = self._map_uid(uid)
        return uid if self.keeps_uids else mapped

    def treatment(self, charset: bytes) -> Treatment:
        """How values are treated where Specific Character Set has this value."""
        known = self._treatments.get(charset)
        if known is None:
            if len(self._treatments) >= MOST_CHARSETS:
                self._treatments.clear()
            known = self._treatments[charset] = Treatment(
                rules=self.rules,
                map_uid=self._map_uid,
                days=self.identity.date_offset_days,
                charset=Charset(charset),
                identifying=self.identifying,
                clean=self._clean,
            )
        return known

    def _is_sought(self, tag: int) -> bool:
        return tag & 0x10000 != 0 or self.rules.find(tag, "") not in _KEPT


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
        study = Study(
            identity=identity, rules=rules, marks=marks, charset=charset, map_uid=self._map_uid, clean=self._clean
        )
        study.learn((tag, charset.read(value)) for tag, value in facts.identifying)
        return study


def _who(facts: Facts) -> tuple[object, ...]:
    """What the sequences say of whose object it is, so that it can be compared."""
    return tuple((tag, tuple(item.identifying for item in items)) for tag, items in facts.nested.items())
