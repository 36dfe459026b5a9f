"""Invented people, put into real images wherever identities are found in practice, and looked for afterwards."""

from dataclasses import dataclass
from io import BytesIO

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

ENCODINGS = ("latin-1", "utf-8", "utf-16-le", "utf-16-be")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One invented person; every field is a text that may be found nowhere behind the door."""

    family_name: str = "ZWYNGELBERT"
    given_name: str = "Ottokarine"
    number: str = "QX7741982035"
    birth_date: str = "19431107"
    accession: str = "ACC-88Z1940-77"
    institution: str = "Clinique Vaubrissard"
    street: str = "17 rue Quinquemagne"
    telephone: str = "+33478991734"
    physician: str = "HRDLICKOVSKI"
    operator: str = "MANIPULATRIX"
    station: str = "STATQZW07"
    remark: str = "voir dossier Zwyngelbert"

    def texts(self) -> tuple[str, ...]:
        """What to look for."""
        return (
            self.family_name,
            self.given_name,
            self.number,
            self.birth_date,
            self.accession,
            "Vaubrissard",
            "Quinquemagne",
            self.telephone,
            self.physician,
            self.operator,
            self.station,
            "Zwyngelbert",
        )


def identified(source: bytes, who: Identity) -> bytes:
    """The DICOM file `source` with the identity of `who` in it, encoded as it was."""
    dataset = pydicom.dcmread(BytesIO(source))
    inject(dataset, who)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


def inject(dataset: Dataset, who: Identity) -> None:
    """Write the identity into names, numbers, texts, nested and private attributes, preamble and file meta."""
    name = f"{who.family_name}^{who.given_name}"
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.PatientName = name
    dataset.PatientID = who.number
    dataset.PatientBirthDate = who.birth_date
    dataset.OtherPatientIDs = who.number
    dataset.PatientAddress = who.street
    dataset.PatientTelephoneNumbers = who.telephone
    dataset.PatientComments = who.remark
    dataset.AccessionNumber = who.accession
    dataset.StudyID = who.accession[-16:]
    dataset.InstitutionName = who.institution
    dataset.InstitutionAddress = who.street
    dataset.StationName = who.station
    dataset.ReferringPhysicianName = who.physician
    dataset.PerformingPhysicianName = who.physician
    dataset.OperatorsName = who.operator
    dataset.StudyDescription = f"TDM {who.family_name}"
    dataset.SeriesDescription = who.remark
    dataset.ProtocolName = who.family_name
    dataset.ImageComments = who.remark
    dataset.AdditionalPatientHistory = who.remark
    dataset.RequestedProcedureDescription = who.remark
    dataset.BodyPartExamined = who.family_name
    dataset.ConvolutionKernel = who.family_name
    dataset.OtherPatientIDsSequence = Sequence([_item(PatientID=who.number, PatientName=name)])
    dataset.RequestAttributesSequence = Sequence([_item(ScheduledProcedureStepDescription=who.remark)])
    dataset.ReferencedPatientSequence = Sequence([_item(PatientName=name)])
    dataset.ReferencedImageSequence = Sequence([_reference(who)])
    dataset.ProcedureCodeSequence = Sequence(
        [_item(CodeValue="1", CodingSchemeDesignator="99", CodeMeaning=who.remark)]
    )
    dataset.AnatomicRegionSequence = Sequence(
        [_item(CodeValue=who.number, CodingSchemeDesignator="SCT", CodeMeaning=who.family_name)]
    )
    dataset.add(DataElement(0x00091010, "LO", who.family_name))
    dataset.add(DataElement(0x00090010, "LO", f"{who.family_name} PRIVATE"))
    dataset.add(DataElement(0x00091020, "SQ", Sequence([_item(PatientName=name)])))
    dataset.add(DataElement(0x00091030, "UN", who.number.encode("ascii")))
    dataset.preamble = who.family_name.encode("ascii").ljust(128, b" ")
    dataset.file_meta.SourceApplicationEntityTitle = who.station
    dataset.file_meta.PrivateInformationCreatorUID = UID("1.2.250.1.9999")
    dataset.file_meta.PrivateInformation = who.number.encode("ascii")


def found_in(content: bytes, who: Identity) -> list[str]:
    """The texts of the identity that stand anywhere in `content`, in any usual encoding and either case."""
    folded = content.lower()
    return [text for text in who.texts() if any(encoded in folded for encoded in _encoded(text))]


def _encoded(text: str) -> set[bytes]:
    return {text.lower().encode(encoding) for encoding in ENCODINGS}


def _reference(who: Identity) -> Dataset:
    return _item(
        ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2",
        ReferencedSOPInstanceUID="1.2.250.1.9999.7741982035",
        PatientName=who.family_name,
        RequestAttributesSequence=Sequence([_item(RequestingPhysician=who.physician)]),
    )


def _item(**values: object) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item
