"""Places that name a person or a place by what they are: names, numbers, staff, institution, dates, UIDs."""

from dicom_node.status import Reason
from tests.builders.leaks import Place
from tests.builders.leaks_planting import (
    all_of,
    another,
    component,
    meta,
    named,
    numbered,
    private,
    value,
    within,
    within_private,
)

_PARTS = ("family", "given", "middle", "prefix", "suffix")
_GROUPS = ("alphabetic", "ideographic", "phonetic")
_NAME_TOKENS = (
    ("Zwyngelbert", "Ottokarine", "Ludovindra", "Graefsche", "Septimond"),
    ("山鷲麒麟", "太鼓丸之", "中潟鰐淵", "博鷺鳳凰", "殿驪龍騎"),
    ("やまわしきりん", "たいこまるの", "なかがたわに", "はかせさぎほ", "とのりりゅう"),
)

NAMES = tuple(
    Place(
        name=f"{part} name, {group} group of the patient's name",
        token=token,
        plant=component("PatientName", number, place),
    )
    for number, (group, tokens) in enumerate(zip(_GROUPS, _NAME_TOKENS, strict=True))
    for place, (part, token) in enumerate(zip(_PARTS, tokens, strict=True))
)

PATIENT = (
    Place(name="patient number", token="QX7741982035", plant=value("PatientID")),
    Place(name="other patient number", token="QX8852093146", plant=another("OtherPatientIDs")),
    Place(
        name="patient number in the sequence of other numbers",
        token="QX9963104257",
        plant=within("OtherPatientIDsSequence", leaf=value("PatientID")),
    ),
    Place(name="issuer of the patient number", token="Issorvandrec", plant=value("IssuerOfPatientID")),
    Place(
        name="issuer of the patient number, in its qualifiers",
        token="Qualifoudrec",
        plant=within("IssuerOfPatientIDQualifiersSequence", leaf=value("UniversalEntityID", "{}.chu.example")),
    ),
    Place(name="birth name", token="Nascovendre", plant=value("PatientBirthName", "{}^X")),
    Place(name="mother's birth name", token="Maternovisk", plant=value("PatientMotherBirthName")),
    Place(name="second of other names", token="Altervondal", plant=named("{}^Rose")),
    Place(name="responsible person", token="Tuteravisk", plant=value("ResponsiblePerson")),
    Place(name="birth date", token="19431107", plant=value("PatientBirthDate")),
    Place(
        name="birth date in another calendar",
        token="13221008",
        plant=value("PatientBirthDateInAlternativeCalendar"),
    ),
    Place(name="address", token="Quinquemagne", plant=value("PatientAddress", "17 rue {}, 69004 Lyon")),
    Place(name="region of residence", token="Regiovandre", plant=value("RegionOfResidence")),
    Place(name="telephone", token="+33478991734", plant=value("PatientTelephoneNumbers")),
    Place(name="electronic address", token="mme.zwqx@example.org", plant=value("PatientTelecomInformation")),
    Place(name="insurance number", token="INS55120984", plant=value("InsurancePlanIdentification")),
    Place(name="occupation", token="Campanologue", plant=value("Occupation")),
    Place(name="religion", token="Zarathoustrien", plant=value("PatientReligiousPreference")),
    Place(name="allergy, the second of two", token="Prunovendal", plant=value("Allergies", "IODE\\{}")),
)

ORDER = (
    Place(name="accession number", token="ACC-88Z1940-77", plant=value("AccessionNumber")),
    Place(name="study number", token="ST66120457", plant=value("StudyID")),
    Place(name="admission number", token="ADM-2209871", plant=value("AdmissionID")),
    Place(name="service episode", token="EPI-7731902", plant=value("ServiceEpisodeID")),
    Place(
        name="number of the requested procedure",
        token="RP-5519027",
        plant=within("RequestAttributesSequence", leaf=value("RequestedProcedureID")),
    ),
    Place(name="order number", token="PLO-4419028", plant=value("PlacerOrderNumberImagingServiceRequest")),
    Place(name="bed of the patient", token="Litvandrec", plant=value("CurrentPatientLocation")),
)

STAFF = (
    Place(name="referring physician", token="Hrdlickovski", plant=value("ReferringPhysicianName", "{}^Emil")),
    Place(
        name="second of the performing physicians", token="Perfovandal", plant=value("PerformingPhysicianName", "A\\{}")
    ),
    Place(name="operator", token="Manipulatrix", plant=value("OperatorsName")),
    Place(name="reading physician", token="Lectorovisk", plant=value("NameOfPhysiciansReadingStudy")),
    Place(name="requesting physician", token="Prescrivandal", plant=value("RequestingPhysician")),
    Place(
        name="identification of the operator",
        token="Identovandal",
        plant=within("OperatorIdentificationSequence", "PersonIdentificationCodeSequence", leaf=value("CodeMeaning")),
    ),
    Place(
        name="telephone of the referring physician",
        token="04 72 11 69 53",
        plant=within("ReferringPhysicianIdentificationSequence", leaf=value("PersonTelephoneNumbers")),
    ),
    Place(name="content creator", token="Creatovandal", plant=value("ContentCreatorName")),
)

PLACE_OF_CARE = (
    Place(name="institution", token="Vaubrissard", plant=value("InstitutionName", "Clinique {}")),
    Place(name="address of the institution", token="Trouvandière", plant=value("InstitutionAddress", "2 quai {}")),
    Place(name="department", token="Servovandrec", plant=value("InstitutionalDepartmentName")),
    Place(name="station", token="STATQZW07", plant=value("StationName")),
    Place(
        name="code of the institution",
        token="Codovandrec",
        plant=within("InstitutionCodeSequence", leaf=value("CodeMeaning")),
    ),
    Place(name="serial number of the device", token="SN-998271-Q", plant=value("DeviceSerialNumber")),
    Place(name="gantry", token="GANTRYQZW9", plant=value("GantryID")),
    Place(name="AE title to retrieve from", token="PACSQVANDR", plant=value("RetrieveAETitle")),
    Place(name="station that performed", token="AESTQVANDR", plant=value("PerformedStationAETitle")),
    Place(name="URL of the object", token="wado.vandrec.example", plant=value("RetrieveURL", "https://{}/studies/1")),
    Place(
        name="surname in the model of the scanner",
        token="Modelovandal",
        plant=all_of(named(), value("ManufacturerModelName", "Scanner {}")),
    ),
    Place(
        name="institution in the name of the manufacturer",
        token="Fabricovandal",
        plant=all_of(value("ClinicalTrialSiteName"), value("Manufacturer", "{} MEDICAL")),
    ),
    Place(
        name="patient number in the software version, the second of two",
        token="SWV6610934",
        plant=all_of(numbered(), value("SoftwareVersions", "05\\{}")),
    ),
)

DATES = (
    Place(name="study date", token="20110923", plant=value("StudyDate")),
    Place(name="acquisition date and time", token="20110924", plant=value("AcquisitionDateTime", "{}081500.000000")),
    Place(
        name="date of the injection",
        token="20110926",
        plant=within(
            "RadiopharmaceuticalInformationSequence", leaf=value("RadiopharmaceuticalStartDateTime", "{}070000")
        ),
    ),
    Place(
        name="date with a time zone in a private sequence",
        token="20110927",
        plant=within_private("GEMS_GENIE_1", 0x0055, 0x12, leaf=value("AcquisitionDateTime", "{}060000+0200")),
    ),
    Place(
        name="date in a private element that is safe",
        token="20110928",
        plant=private("GEMS_PETD_01", 0x0009, 0x0D, "DT", "{}061500.00"),
    ),
    Place(
        name="second of two calibration dates", token="20110929", plant=value("DateOfLastCalibration", "20110101\\{}")
    ),
    Place(
        name="birth date in place of a slice location",
        token="19410304",
        plant=all_of(another("PatientBirthDateInAlternativeCalendar"), value("SliceLocation")),
    ),
)

UIDS = (
    Place(name="birth date in the study's UID", token="1.2.250.1.99.19430811.1", plant=value("StudyInstanceUID")),
    Place(
        name="patient number in the series' UID", token="1.2.250.1.99.7741982031.2", plant=value("SeriesInstanceUID")
    ),
    Place(name="birth date in the instance's UID", token="1.2.250.1.99.19430812.3", plant=value("SOPInstanceUID")),
    Place(name="frame of reference", token="1.2.250.1.99.7741982032.4", plant=value("FrameOfReferenceUID")),
    Place(
        name="UID of a referenced image",
        token="1.2.250.1.99.7741982033.5",
        plant=within("ReferencedImageSequence", leaf=value("ReferencedSOPInstanceUID")),
    ),
    Place(
        name="second UID of several",
        token="1.2.250.1.99.7741982034.6",
        plant=value("FailedSOPInstanceUIDList", "1.2.3\\{}"),
    ),
    Place(name="UID that made the object", token="1.2.250.1.99.7741982036.7", plant=value("InstanceCreatorUID")),
    Place(name="UID of the device", token="1.2.250.1.99.7741982037.8", plant=value("DeviceUID")),
    Place(
        name="UID below the standard's root that is not registered",
        token="1.2.840.10008.7741982038.9",
        plant=value("SynchronizationFrameOfReferenceUID"),
    ),
    Place(name="UID in a comment", token="1.2.250.1.99.7741982039.10", plant=value("FrameComments", "see {}")),
    Place(
        name="UID in a private text that is safe",
        token="1.2.250.1.99.7741982040.11",
        plant=private("Philips Imaging DD 001", 0x2001, 0x93, "LO"),
    ),
    Place(
        name="UID in a private element that is safe",
        token="1.2.250.1.99.7741982041.12",
        plant=private("MMCPrivate", 0x0029, 0xD5, "UI"),
    ),
    Place(
        name="UID in a private sequence",
        token="1.2.250.1.99.7741982042.13",
        plant=within_private("Philips Imaging DD 129", 0x2001, 0x00, leaf=value("ReferencedSOPInstanceUID")),
    ),
    Place(
        name="UID with leading zeros",
        token="1.2.250.01.99.7741982043.14",
        plant=value("StorageMediaFileSetUID"),
    ),
    Place(
        name="name in place of a UID",
        token="UIDEVANDAL",
        plant=value("IrradiationEventUID"),
    ),
    Place(
        name="UID of the object in the file's frame only",
        token="1.2.250.1.99.7741982044.15",
        plant=meta("MediaStorageSOPInstanceUID"),
    ),
    Place(
        name="name in place of the instance's UID",
        token="INSTAVANDAL",
        plant=value("SOPInstanceUID"),
        held_back=Reason.INVALID_UID,
    ),
)

PEOPLE = (*NAMES, *PATIENT, *ORDER, *STAFF, *PLACE_OF_CARE, *DATES, *UIDS)
