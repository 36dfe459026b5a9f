"""An object that was pseudonymised before it was set aside: taken as it is, for it must not be pseudonymised again."""

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.codec import StructureError
from dicom_node.pseudonymisation.engine import Result
from dicom_node.pseudonymisation.facts import read_facts
from dicom_node.pseudonymisation.opened import open_file
from dicom_node.pseudonymisation.syntax import InflateError
from dicom_node.pseudonymisation.tags import SOP_CLASS, SOP_INSTANCE
from dicom_node.pseudonymisation.trail import Trail
from dicom_node.pseudonymiser import Pseudonymised
from dicom_node.status import Reason
from storage.pseudonyms import is_pseudonym

_PATIENT_ID = 0x00100020


def as_is(file: bytes, source_digest: str) -> Pseudonymised:
    """The object in `file`, which we wrote. Raises UnprocessableError when it is none of ours."""
    try:
        return _read(file, source_digest)
    except (StructureError, InflateError) as error:
        raise UnprocessableError(Reason.UNREADABLE, str(error)) from None


def _read(file: bytes, source_digest: str) -> Pseudonymised:
    opened = open_file(file)
    facts = read_facts(opened.data, opened.start, opened.syntax)
    pseudonym = facts.text(_PATIENT_ID)
    if not is_pseudonym(pseudonym):
        raise UnprocessableError(Reason.UNEXPECTED_ERROR, "it bears no pseudonym")
    return Pseudonymised(
        result=Result(
            parts=(file,),
            pixels=None,
            header=opened.data,
            data_set=opened.start,
            pseudonym=pseudonym,
            transfer_syntax_uid=opened.transfer_syntax_uid,
            trail=Trail(),
            source=facts,
            source_data=opened.data,
        ),
        sop_class_uid=facts.text(SOP_CLASS),
        sop_instance_uid_before=facts.text(SOP_INSTANCE),
        source_digest=source_digest,
    )
