"""The engine: one DICOM file in, one pseudonymised DICOM file out, in memory, by one profile.

What is the same for all objects of a study (the person, the identifying values, what was done to each value) is
worked out once and remembered. Pixels are neither decoded nor copied; only the header is read and searched.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.burned_in import check_image
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.codec import StructureError
from dicom_node.pseudonymisation.facts import Facts, read_facts
from dicom_node.pseudonymisation.identifying import Kind
from dicom_node.pseudonymisation.level import Level, Part
from dicom_node.pseudonymisation.opened import open_file
from dicom_node.pseudonymisation.part10 import new_frame, read_frame
from dicom_node.pseudonymisation.plan import Recording, Replayed
from dicom_node.pseudonymisation.profile import Profile
from dicom_node.pseudonymisation.residue import find_residue, has_uid
from dicom_node.pseudonymisation.rewrite import Rewriter
from dicom_node.pseudonymisation.series import Series, SeriesMemory
from dicom_node.pseudonymisation.stream_comments import comments_in
from dicom_node.pseudonymisation.studies import Names, Studies, Study
from dicom_node.pseudonymisation.syntax import (
    InflateError,
    Syntax,
    deflate,
    is_deflated,
    is_encapsulated,
    syntax_of,
)
from dicom_node.pseudonymisation.tags import (
    CHARSET,
    FRAME_OF_REFERENCE,
    SERIES,
    SOP_CLASS,
    SOP_INSTANCE,
    STUDY,
)
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.trail import Trail
from dicom_node.pseudonymisation.whereabouts import element_at
from dicom_node.status import Reason
from dicom_node.uids import UidMap, is_registered
from storage.identities import Pseudonymity

Identify = Callable[[Facts, Charset, str], Pseudonymity]
"""From an object's facts, its character set and its sender to whoever stands in for its person."""

_NEEDED_UIDS = (SOP_INSTANCE, STUDY, SERIES)
"""An object needs exactly one of each."""

_OWN_UIDS = (*_NEEDED_UIDS, FRAME_OF_REFERENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A pseudonymised object. `parts` are the file, to be joined or written one after the other."""

    parts: tuple[Part, ...] = field(repr=False)
    pixels: int | None
    """Which of the parts are the pixels, as they came; None when all parts are deflated together."""
    header: bytes = field(repr=False)
    """The file without its pixels; of a deflated data set, as it was before deflating."""
    data_set: int
    """Where in `header` the data set starts."""
    pseudonym: str
    transfer_syntax_uid: str
    trail: Trail
    source: Facts = field(repr=False)
    """Of what came: for comparison only, never to be kept."""
    source_data: bytes = field(repr=False)
    """What the facts' pixels stand in: the file that came, or its data set as it was before deflating."""
    replayed: Replayed | None = field(default=None, repr=False)
    """Of an object that was rewritten by plan."""

    @property
    def file(self) -> bytes:
        return b"".join(self.parts)

    @property
    def facts(self) -> Facts:
        """Of what is written."""
        return self.facts_with(frozenset())

    def facts_with(self, sequences: frozenset[int]) -> Facts:
        """The same, with what is in these sequences."""
        syntax = syntax_of(self.transfer_syntax_uid)
        assert syntax is not None  # noqa: S101 - it was read in this syntax

        def read_all() -> Facts:
            return read_facts(self.header, self.data_set, syntax, without_pixels=True, also=sequences)

        if self.replayed is None:
            return read_all()
        return self.replayed.alike.facts(self.replayed.differing, syntax, sequences, read_all)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))


@dataclass(frozen=True, slots=True)
class Begun:
    """What becomes of an object whose pixels are still to come."""

    result: Result
    """With what has come of them."""
    head: bytes = field(repr=False)
    """What stands before them."""

    def completed(self, file: bytes) -> Result | None:
        """Now that all has come; None when it is not what its head had announced."""
        at, (pixels,) = self.result.pixels, self.result.source.pixels
        if at is None or len(file) != pixels.stop or not file.startswith(self.head):
            return None
        parts = self.result.parts
        came = memoryview(file)[pixels.start : pixels.stop]
        return replace(self.result, parts=(*parts[:at], came, *parts[at + 1 :]), source_data=file)


@dataclass(frozen=True, slots=True)
class _Source:
    """One object as it came: its data set, inflated, and how that is encoded."""

    data: bytes = field(repr=False)
    start: int
    syntax: Syntax
    transfer_syntax_uid: str
    sender: str
    is_begun: bool = False
    """Whether only its head has come."""


@dataclass(frozen=True, slots=True)
class _Made:
    """One object rewritten."""

    study: Study
    names: Names
    level: Level
    trail: Trail
    facts: Facts
    replayed: Replayed | None = None


class Engine:
    """Pseudonymises objects one after the other. One per thread."""

    def __init__(self, *, profile: Profile, identify: Identify, map_uid: UidMap, clean: TextCleaner) -> None:
        self._studies = Studies(profile=profile, identify=identify, map_uid=map_uid, clean=clean)
        self._series = SeriesMemory()

    def __call__(self, source: bytes, sender: str = "") -> Result:
        """Pseudonymise one DICOM file. `sender`: the calling AE title, by which a number's issuer may be known.

        Raises UnprocessableError with its reason, and what `identify` raises.
        """
        try:
            return self._make(source, sender)
        except (StructureError, InflateError) as error:
            raise UnprocessableError(Reason.UNREADABLE, str(error)) from None

    def begin(self, head: bytes, sender: str = "") -> Begun | None:
        """What becomes of an object of which only the first bytes have come, native pixels last.

        None when that cannot be said yet: it is unlike the last objects of its series, or there is something wrong
        with it, which is for the whole object to say.
        """
        try:
            return self._begin(head, sender)
        except (UnprocessableError, StructureError):
            return None

    def _begin(self, head: bytes, sender: str) -> Begun | None:
        frame = read_frame(head)
        syntax = syntax_of(frame.transfer_syntax_uid)
        if syntax is None or is_deflated(frame.transfer_syntax_uid) or is_encapsulated(frame.transfer_syntax_uid):
            return None
        source = _Source(head, frame.data_set, syntax, frame.transfer_syntax_uid, sender, is_begun=True)
        made = self._by_plan(source)
        if made is None:
            return None
        result = self._written(source, made)
        return Begun(result, head[: made.facts.pixels[0].start])

    def _make(self, file: bytes, sender: str) -> Result:
        source = _opened(file, sender)
        return self._written(source, self._by_plan(source) or self._in_full(source))

    def _written(self, source: _Source, made: _Made) -> Result:
        own_uids = {tag: made.study.uid_of(made.facts.text(tag)) for tag in _NEEDED_UIDS}
        if made.level.is_broken:
            raise UnprocessableError(Reason.INVALID_UID)
        if len(made.level.pixels) != 1:
            raise UnprocessableError(Reason.NOT_AN_IMAGE)
        head = new_frame(
            sop_class_uid=made.facts.text(SOP_CLASS),
            sop_instance_uid=own_uids[SOP_INSTANCE],
            transfer_syntax_uid=source.transfer_syntax_uid,
        )
        parts = made.level.parts
        (pixels,) = made.level.pixels
        header = b"".join((head, *parts[:pixels], *parts[pixels + 1 :]))
        _look_once_more(header, len(head), made, source)
        is_whole = is_deflated(source.transfer_syntax_uid)
        if is_whole:
            parts = [deflate(b"".join(parts))]
        return Result(
            parts=(head, *parts),
            pixels=None if is_whole else pixels + 1,
            header=header,
            data_set=len(head),
            pseudonym=made.study.identity.pseudonym,
            transfer_syntax_uid=source.transfer_syntax_uid,
            trail=made.trail,
            source=made.facts,
            source_data=source.data,
            replayed=made.replayed,
        )

    def _by_plan(self, source: _Source) -> _Made | None:
        """As the last objects of its series were, when it is like them."""
        for series in self._series.planned((source.sender, source.transfer_syntax_uid)):
            trail = Trail()
            rewriter = _rewriter(source, series.study, series.names, series.facts, trail)
            replayed = series.replay(rewriter, source.data, source.start, trail, is_begun=source.is_begun)
            if replayed is not None:
                if is_encapsulated(source.transfer_syntax_uid) or not replayed.is_such_an_image:
                    check_image(replayed.facts, source.syntax, source.transfer_syntax_uid, source.data)
                return _Made(series.study, series.names, replayed.level, trail, replayed.facts, replayed)
        return None

    def _in_full(self, source: _Source) -> _Made:
        """Element by element; once more when other names turn up inside sequences than were looked for."""
        facts = read_facts(source.data, source.start, source.syntax)
        check_image(facts, source.syntax, source.transfer_syntax_uid, source.data)  # before anybody is asked who it is
        study = self._studies.of(facts, source.sender)
        names = study.latest_names()
        while True:
            trail = Trail()
            rewriter = _rewriter(source, study, names, facts, trail)
            recording = Recording(trail, source.syntax)
            level = rewriter.rewrite(source.start, study.marks, recording.cut)
            found = study.names(trail.named)
            if found is names:
                break
            names = found
        units = recording.units(source.data, source.start, level)
        if units is not None:
            self._series.note((source.sender, source.transfer_syntax_uid), Series(study, facts, units, names))
        return _Made(study, names, level, trail, facts)


def _rewriter(source: _Source, study: Study, names: Names, facts: Facts, trail: Trail) -> Rewriter:
    return Rewriter(
        data=source.data,
        syntax=source.syntax,
        rules=study.rules,
        treatment=names.treatment,
        charset=facts.values.get(CHARSET, b""),
        trail=trail,
    )


def _opened(file: bytes, sender: str) -> _Source:
    opened = open_file(file)
    return _Source(opened.data, opened.start, opened.syntax, opened.transfer_syntax_uid, sender)


def _look_once_more(header: bytes, data_set: int, made: _Made, source: _Source) -> None:
    """The last look: every byte that was written, but for the pixels, and what is not pixels inside those."""
    searched = header
    if is_encapsulated(source.transfer_syntax_uid):
        searched += comments_in(source.data, made.facts.pixels[0])
    found = find_residue(searched, made.names.identifying)
    if found is not None:
        where = element_at(header, data_set, source.syntax, found.offset) if found.offset >= data_set else ""
        raise UnprocessableError(Reason.RESIDUE, found.kind.value + where)
    if made.study.keeps_uids:
        return
    own = (made.facts.text(tag) for tag in _OWN_UIDS)
    if any(has_uid(header, uid) for uid in own if uid and not is_registered(uid)):
        raise UnprocessableError(Reason.RESIDUE, Kind.UID.value)
