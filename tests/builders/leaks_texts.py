"""Places in texts: descriptors, comments, codes, dates and numbers written out, other spellings."""

from tests.builders.leaks import Place
from tests.builders.leaks_planting import (
    all_of,
    another,
    line,
    named,
    numbered,
    value,
    within,
    within_private,
    within_unknown,
)

_DESCRIPTORS = (
    ("StudyDescription", "Etudovandal", "TDM THORAX {}"),
    ("SeriesDescription", "Serievandal", "AXIAL {} 1.0 B70f"),
    ("ProtocolName", "Protovandal", "{} CRANE"),
    ("ImageComments", "Imagovandal", "voir dossier {}"),
    ("PatientComments", "Patiovandal", "Mme {} est allergique"),
    ("AdditionalPatientHistory", "Antecovandal", "chute chez {}"),
    ("RequestedProcedureDescription", "Demandovandal", "{}"),
    ("RequestedProcedureComments", "Remarcovandal", "appeler le Dr {}"),
    ("PerformedProcedureStepDescription", "Etapovandal", "RACHIS {}"),
    ("CommentsOnThePerformedProcedureStep", "Commentovisk", "fait par {}"),
    ("DerivationDescription", "Derivovandal", "MPR by {}"),
    ("AcquisitionProtocolDescription", "Acquisovandal", "{} low dose"),
    ("AdmittingDiagnosesDescription", "Diagnovandal", "METASTASE\\{}"),
    ("ReasonForStudy", "Raisonvandal", "douleur, {}"),
    ("StudyComments", "Notovandal", "{}"),
    ("VisitComments", "Visitovandal", "{}"),
    ("MedicalAlerts", "Alertovandal", "{}"),
    ("SpecialNeeds", "Besovandal", "{}"),
    ("PatientState", "Statovandal", "{}"),
    ("InterpretationText", "Compterendal", "Conclusion : {}"),
    ("ContrastBolusAgent", "Contrastovisk", "IOMERON {}"),
    ("BodyPartExamined", "CORPOVANDAL", "{}"),
    ("ImagingServiceRequestComments", "Servicovandal", "{}"),
    ("ReasonForVisit", "Motivovandal", "{}"),
    ("PositionReferenceIndicator", "Positovandal", "{}"),
)

DESCRIPTORS = tuple(
    Place(name=f"surname in {keyword}", token=token, plant=value(keyword, template))
    for keyword, token, template in _DESCRIPTORS
)

_WRITTEN_OUT = (
    ("birth date in one piece", "19371129", "ne le {}"),
    ("birth date with hyphens", "1937-11-28", "DDN:{}"),
    ("birth date with slashes", "27/11/1937", "nee le {}."),
    ("birth date without leading zeros", "7.11.1937", "DN {}"),
    ("birth date with the month in French", "26 novembre 1937", "naissance : {}"),
    ("birth date with the month in English", "November 25, 1937", "born {}"),
    ("birth date with the month in short", "24-NOV-1937", "DOB {}"),
    ("birth date with spaces", "23 11 1937", "date {}"),
    ("birth date with a short year", "22/11/37", "ne {}"),
    ("telephone in one piece", "0478996612", "tel {}"),
    ("telephone in pairs", "04 78 99 66 13", "tel {}"),
    ("telephone with points", "04.78.99.66.14", "{}"),
    ("telephone with hyphens", "04-78-99-66-15", "tel:{}"),
    ("telephone with the country", "+33 4 78 99 66 16", "appeler {} avant"),
    ("telephone in American spelling", "(478) 996-6617", "call {}"),
    ("electronic address in a text", "ludo.zw@example.org", "ecrire a {}"),
    ("web address in a text", "www.zwyngel.example/dossier/8", "voir {}"),
    ("social security number in a text", "2 43 11 69 123 045 22", "NSS {}"),
    ("patient number in a text", "QX5519028837", "IPP {}"),
    ("patient number after its mark", "88715523", "IPP:{}"),
    ("short patient number after its mark", "PZ317", "IPP n° {}"),
    ("surname in capitals", "MAJUSCOVANDAL", "{}"),
    ("surname in odd case", "mElAnGoVaNdAl", "{}"),
    ("surname with accents", "Ménétrovandière", "Mme {}"),
    ("surname and first name joined", "JEANDUPONVANDAL", "{}"),
    ("surname and first name with an underscore", "DUPONVANDEC_JEANNOT", "{}"),
    ("surname and first name with a hyphen", "DUPONVANDIX-JEANNET", "{}"),
    ("surname between digits", "42ZWYNGOLBERT17", "{}"),
    ("surname in a file name", "zwyngalbert", "C:\\export\\{}_001.dcm"),
    ("surname in full-width letters", "ＺＷＹＮＧＵＬＢＥＲＴ", "{}"),
    ("surname with combining accents", "Me\u0301ne\u0301trovando", "{}"),
    ("street in a text", "Quinquevrouge", "habite 17 rue {}"),
)

WRITTEN_OUT = tuple(
    Place(name=name, token=token, plant=line("ImageComments", template)) for name, token, template in _WRITTEN_OUT
)

SPELLINGS = (
    Place(
        name="patient's name reversed and joined in a text of the scanner",
        token="TRAUBENZWICK",
        plant=all_of(named("{}^LUDMILLE"), value("FilterType", "LUDMILLE{}")),
    ),
    Place(
        name="patient's name with an underscore in the name of the sequence",
        token="TRAUBENZWACK",
        plant=all_of(named("{}^LUDMILLE"), value("SequenceName", "ludmille_{}")),
    ),
    Place(
        name="patient's name without its accents in the kernel",
        token="QUEMEVAUBRIS",
        plant=all_of(another("OtherPatientNames", "Quémévaubris^Zoé"), value("ConvolutionKernel")),
    ),
    Place(
        name="patient's name in small letters in the name of the coil",
        token="TRAUBENZWECK",
        plant=all_of(named("{}^LUDMILLE"), lambda draft, token: value("ReceiveCoilName")(draft, token.lower())),
    ),
    Place(
        name="patient's name letter by letter",
        token="W Y B R A N D Z",
        plant=all_of(another("OtherPatientNames", "WYBRANDZ"), line("ImageComments", "{}")),
    ),
    Place(
        name="patient's name behind a zero byte in a text of the scanner",
        token="NULOVANDAL",
        plant=all_of(named(), value("ReconstructionMethod", "FBP\0\0{}")),
    ),
    Place(
        name="name behind zero bytes in a description",
        token="Zerovandal",
        plant=value("AcquisitionDeviceProcessingDescription", "MPR\0\0{}"),
    ),
    Place(
        name="patient number without its separators in a text of the scanner",
        token="ZQ441902776",
        plant=all_of(another("OtherPatientIDs", "ZQ-44.190/2776"), value("ApplicationVersion")),
    ),
    Place(
        name="patient number in place of the series number",
        token="88120457",
        plant=all_of(numbered(), value("SeriesNumber")),
    ),
    Place(
        name="patient number in place of a measure",
        token="88120458",
        plant=all_of(numbered(), value("TableHeight")),
    ),
    Place(
        name="patient number in place of a measure, with a decimal",
        token="88120459",
        plant=all_of(numbered(), value("ReconstructionDiameter", "{}.0")),
    ),
    Place(
        name="patient number in groups of three digits",
        token="774 198 203",
        plant=all_of(another("OtherPatientIDs", "774198203"), line("ImageComments", "{}")),
    ),
    Place(
        name="patient's name among the scan options",
        token="OPTIOVANDAL",
        plant=all_of(named(), value("ScanOptions", "HELIX\\{}")),
    ),
    Place(
        name="patient's name as the last value of the image type",
        token="TYPOVANDAL",
        plant=all_of(named(), value("ImageType", "ORIGINAL\\PRIMARY\\AXIAL\\{}")),
    ),
)

_PUBLISHED = (value("CodeValue", "51185008"), value("CodingSchemeDesignator", "SCT"))
"""A code of the standard's own context groups (PS3.16): the thorax."""

TOLD_ELSEWHERE = (
    Place(
        name="text of the scanner with a name told in a private sequence",
        token="AILLOVANDAL",
        plant=all_of(
            within_private("SOMEBODY", 0x0035, 0x01, leaf=value("PatientName")), value("TransmitCoilName", "coil {}")
        ),
    ),
    Place(
        name="text of the scanner with a name told in a sequence with VR UN",
        token="AILLUVANDAL",
        plant=all_of(
            within_unknown("InstitutionalDepartmentTypeCodeSequence", (0x00081070, "{}^LOUIS")),
            value("EnergyWindowName", "win {}"),
        ),
    ),
    Place(
        name="text of the scanner with a name told among the original attributes",
        token="AILLIVANDAL",
        plant=all_of(
            within("OriginalAttributesSequence", "ModifiedAttributesSequence", leaf=value("PatientName", "{}^LOUIS")),
            value("CollimatorGridName"),
        ),
    ),
    Place(
        name="text of the scanner with a name told in an item in Latin",
        token="AILLEVANDREC",
        plant=all_of(
            within(
                "ReferencedImageSequence",
                leaf=all_of(
                    value("SpecificCharacterSet", "ISO_IR 100"),
                    lambda draft, _: value("OperatorsName", codec="latin-1")(draft, "AILLÉVANDREC"),
                ),
            ),
            value("AlgorithmName"),
        ),
    ),
)

CODES = (
    Place(
        name="meaning of a code that nobody published",
        token="Procedovandal",
        plant=within("ProcedureCodeSequence", leaf=all_of(value("CodeValue", "P1"), value("CodeMeaning"))),
    ),
    Place(
        name="code that nobody published",
        token="PZ7741982",
        plant=within(
            "AnatomicRegionSequence", leaf=all_of(value("CodeValue"), value("CodingSchemeDesignator", "99LOCAL"))
        ),
    ),
    Place(
        name="meaning of a code that is published",
        token="Meanovandal",
        plant=within("AnatomicRegionSequence", leaf=all_of(*_PUBLISHED, value("CodeMeaning"))),
    ),
    Place(
        name="version of the scheme of a published code",
        token="Schemovandal",
        plant=within("AnatomicRegionSequence", leaf=all_of(*_PUBLISHED, value("CodingSchemeVersion"))),
    ),
    Place(
        name="long code beside a published one",
        token="Longovandal",
        plant=within("AnatomicRegionSequence", leaf=all_of(*_PUBLISHED, value("LongCodeValue"))),
    ),
    Place(
        name="local coding scheme",
        token="99VANDREC",
        plant=within(
            "CodingSchemeIdentificationSequence",
            leaf=all_of(value("CodingSchemeDesignator"), value("CodingSchemeResponsibleOrganization", "X")),
        ),
    ),
    Place(
        name="organisation of a coding scheme",
        token="Schemorgandal",
        plant=within("CodingSchemeIdentificationSequence", leaf=value("CodingSchemeResponsibleOrganization")),
    ),
    Place(
        name="text of a content item",
        token="Contenovandal",
        plant=within("ContentSequence", leaf=value("TextValue", "patient {}")),
    ),
    Place(
        name="person of a content item",
        token="Personovandal",
        plant=within("ContentSequence", leaf=value("PersonName")),
    ),
)


TEXTS = (*DESCRIPTORS, *WRITTEN_OUT, *SPELLINGS, *TOLD_ELSEWHERE, *CODES)
