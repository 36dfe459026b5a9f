"""The pseudonymised UIDs of an object that was not taken, so that its study accounts for it where it can be read."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.codec import StructureError
from dicom_node.pseudonymisation.facts import Facts, read_facts
from dicom_node.pseudonymisation.opened import open_file
from dicom_node.pseudonymisation.syntax import InflateError
from dicom_node.pseudonymisation.tags import SOP_INSTANCE, STUDY
from dicom_node.uids import is_uid


@dataclass(slots=True)
class Learned:
    """What was found out about an object on its way. Pseudonymised; None: not known."""

    study_instance_uid: str | None = None
    sop_instance_uid: str | None = None


class OwnUids:
    """Share one between threads."""

    def __init__(self, map_uid: Callable[[str], str]) -> None:
        """`map_uid`: from a received UID to the one that stands for it; raises UnprocessableError."""
        self._map_uid = map_uid

    def __call__(self, file: bytes) -> Learned:
        """Whatever `file` is, this does not fail: it was set aside for a reason."""
        try:
            facts = _facts(file)
        except (StructureError, InflateError, UnprocessableError, struct.error, ValueError, IndexError):
            return Learned()
        return Learned(self._mapped(facts.text(STUDY)), self._mapped(facts.text(SOP_INSTANCE)))

    def _mapped(self, uid: str) -> str | None:
        if not is_uid(uid):
            return None
        try:
            return str(self._map_uid(uid))
        except UnprocessableError:
            return None


def nothing_known(_: bytes) -> Learned:
    """For a door that does not look."""
    return Learned()


def _facts(file: bytes) -> Facts:
    opened = open_file(file)
    return read_facts(opened.data, opened.start, opened.syntax, without_pixels=True)
