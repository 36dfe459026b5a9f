"""A DICOM file opened: its data set, inflated where it was deflated, and how that is encoded (PS3.10 7, PS3.5 A.5)."""

from dataclasses import dataclass, field

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.part10 import read_frame
from dicom_node.pseudonymisation.syntax import Syntax, inflate, is_deflated, syntax_of
from dicom_node.status import Reason


@dataclass(frozen=True, slots=True)
class Opened:
    """A data set, which begins in `data` at `start`."""

    data: bytes = field(repr=False)
    start: int
    syntax: Syntax
    transfer_syntax_uid: str


def open_file(file: bytes) -> Opened:
    """Raises StructureError, InflateError, and UnprocessableError for a transfer syntax that is not known."""
    frame = read_frame(file)
    syntax = syntax_of(frame.transfer_syntax_uid)
    if syntax is None:
        raise UnprocessableError(Reason.UNREADABLE, "transfer syntax")
    if is_deflated(frame.transfer_syntax_uid):
        return Opened(inflate(file[frame.data_set :]), 0, syntax, frame.transfer_syntax_uid)
    return Opened(file, frame.data_set, syntax, frame.transfer_syntax_uid)
