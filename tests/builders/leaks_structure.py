"""Places in the structure of an object: deep items, unknown and private elements, groups that nobody expects."""

from tests.builders.leaks import Place, Plant
from tests.builders.leaks_planting import (
    all_of,
    implicit,
    named,
    private,
    put,
    value,
    within,
    within_private,
    within_unknown,
)

_SIX_DEEP = (
    "ReferencedSeriesSequence",
    "ReferencedInstanceSequence",
    "SourceImageSequence",
    "PurposeOfReferenceCodeSequence",
    "EquivalentCodeSequence",
    "ReferencedSeriesSequence",
)
_PERSON, _COMMENT = 0x00081070, 0x00204000

NESTED = (
    Place(name="person six sequences deep", token="Profovandal", plant=within(*_SIX_DEEP, leaf=value("OperatorsName"))),
    Place(
        name="text six sequences deep",
        token="Textovandal",
        plant=within(*_SIX_DEEP, leaf=value("ImageComments", "a {}")),
    ),
    Place(name="date six sequences deep", token="20110930", plant=within(*_SIX_DEEP, leaf=value("ContentDate"))),
    Place(
        name="UID six sequences deep",
        token="1.2.250.1.99.7741982050.16",
        plant=within(*_SIX_DEEP, leaf=value("SeriesInstanceUID")),
    ),
    Place(
        name="private element six sequences deep",
        token="Privovandal",
        plant=within(*_SIX_DEEP, leaf=private("GEMS_IDEN_01", 0x0009, 0x99, "LO")),
    ),
    Place(
        name="patient twelve sequences deep",
        token="Douzovandal",
        plant=within(*_SIX_DEEP, *_SIX_DEEP, leaf=value("PatientName")),
    ),
    Place(
        name="person in a sequence that Table E.1-1 does not name",
        token="Nommovandal",
        plant=within("CTExposureSequence", leaf=value("PersonName")),
    ),
    Place(
        name="patient in the second item of a sequence",
        token="Secondovandal",
        plant=all_of(
            within("SourceImageSequence", leaf=value("ReferencedSOPClassUID", "1.2.840.10008.5.1.4.1.1.2")),
            within("SourceImageSequence", leaf=value("PatientName")),
        ),
    ),
    Place(
        name="patient in a sequence of unknown tag",
        token="Inconnovandal",
        plant=within_unknown(0x00189F01, (0x00100010, "{}")),
    ),
    Place(
        name="text in a sequence that came with VR UN",
        token="Indefovandal",
        plant=within_unknown("RelatedSeriesSequence", (_COMMENT, "voir {}")),
    ),
    Place(
        name="person in a sequence with VR UN and no length",
        token="Longuovandal",
        plant=within_unknown("RealWorldValueMappingSequence", (_PERSON, "{}"), undefined=True),
    ),
    Place(
        name="text in a sequence with VR UN and no length",
        token="Sansovandal",
        plant=within_unknown("CTAcquisitionTypeSequence", (_COMMENT, "{}"), undefined=True),
    ),
    Place(
        name="UID in a sequence with VR UN",
        token="1.2.250.1.99.7741982051.17",
        plant=within_unknown("StudiesContainingOtherReferencedInstancesSequence", (0x0020000D, "{}")),
    ),
    Place(
        name="date in a sequence with VR UN",
        token="20111001",
        plant=within_unknown("CTAcquisitionDetailsSequence", (0x00080023, "{}")),
    ),
)

PRIVATE = (
    Place(name="private creator", token="Createvisk", plant=private("Createvisk PRIVATE", 0x0011, 0x01, "LO", "x")),
    Place(
        name="private creator behind a zero byte",
        token="Zerocreovandal",
        plant=private("GEMS_ACQU_01\0Zerocreovandal", 0x0013, 0x18, "LO", "S"),
    ),
    Place(
        name="private element of an unknown creator",
        token="Orphovandal",
        plant=private("SOMEBODY", 0x0015, 0x01, "LO"),
    ),
    Place(
        name="private element that nobody reserved",
        token="Seulovandal",
        plant=value(0x00171001, vr="LO"),
    ),
    Place(name="private element below the blocks", token="Bassovandal", plant=value(0x00190001, vr="LO")),
    Place(name="element of an illegal odd group", token="Oddovandal", plant=value(0x00071001, vr="LO")),
    Place(
        name="private bytes",
        token="Octovandal",
        plant=private("SOMEBODY", 0x001B, 0x02, "OB"),
    ),
    Place(
        name="private bytes with two bytes a letter",
        token="Largovandal",
        codec="utf-16-le",
        plant=private("SOMEBODY", 0x001D, 0x02, "UN", codec="utf-16-le"),
    ),
    Place(
        name="patient in a private sequence of an unknown creator",
        token="Secretovandal",
        plant=within_private("SOMEBODY", 0x001F, 0x03, leaf=value("PatientName")),
    ),
    Place(
        name="text of a private element that is safe",
        token="Surovandal",
        plant=private("MMCPrivate", 0x0029, 0x22, "ST", "scan of {}"),
    ),
    Place(
        name="long text of a private element that is safe",
        token="Longtovandal",
        plant=private("GEMS_GENIE_1", 0x0013, 0x26, "LT"),
    ),
    Place(
        name="text in place of a number of a private element that is safe",
        token="Nombrovandal",
        plant=private("GEMS_PARM_01", 0x0043, 0x1E, "DS"),
    ),
    Place(
        name="text of a safe private element that came with VR UN",
        token="Uenovandal",
        plant=private("SIEMENS MR SDI 02", 0x0021, 0x71, "UN"),
    ),
    Place(
        name="patient's name in a coded value of a private element that is safe",
        token="CODOPRIVANDAL",
        plant=all_of(named(), private("SIEMENS SYNGO REGISTRATION", 0x0071, 0x21, "CS")),
    ),
    Place(
        name="person in a private sequence that is safe",
        token="Persopriovandal",
        plant=within_private("SIEMENS MR IMA", 0x0021, 0x01, leaf=value("OperatorsName")),
    ),
    Place(
        name="file name in a private element",
        token="zwyngilbert",
        plant=private("Philips PET Private Group", 0x7053, 0x03, "ST", "C:\\pat\\{}.dat"),
    ),
    Place(
        name="text in a private sequence within a private sequence that is safe",
        token="Doublovandal",
        plant=within_private(
            "HOLOGIC, Inc.",
            0x7E01,
            0x10,
            leaf=within_private("SOMEBODY", 0x0033, 0x01, leaf=value("ImageComments")),
        ),
    ),
)


def _bytes(tag: int, vr: str) -> Plant:
    return lambda draft, token: put(draft.dataset, tag, vr, token.encode())


GROUPS = (
    Place(name="length of a group", token="VQXJ", plant=_bytes(0x00180000, "UL")),
    Place(name="unknown text of an even group", token="Pairovandal", plant=value(0x00189F99, vr="LO")),
    Place(name="unknown bytes of an even group", token="Bruxovandal", plant=_bytes(0x00189F9A, "UN")),
    Place(name="unknown person of an even group", token="Quivandal", plant=value(0x00540FF1, vr="PN")),
    Place(name="comment of the retired kind", token="Ancienovandal", plant=value(0x00084000, vr="LT")),
    Place(name="label of an overlay", token="Etiquovandal", plant=value(0x60001500, vr="LO")),
    Place(name="description of an overlay", token="Overlovandal", plant=value(0x60020022, vr="LO")),
    Place(name="bits of an overlay", token="Bitovandal", plant=_bytes(0x60043000, "OW")),
    Place(name="comments of an overlay", token="Commovandal", plant=value(0x60064000, vr="LT")),
    Place(name="label of a curve", token="Courbovandal", plant=value(0x50002500, vr="LO")),
    Place(name="points of a curve", token="Pointovandal", plant=_bytes(0x50003000, "OW")),
    Place(name="sound of a curve", token="Sonorevisk", plant=_bytes(0x5002200C, "OW")),
    Place(
        name="pixels of an icon",
        token="Iconovandal",
        plant=within("IconImageSequence", leaf=_bytes(0x7FE00010, "OW")),
    ),
    Place(
        name="patient of an icon",
        token="Petitovandal",
        plant=within("IconImageSequence", leaf=value("PatientName")),
    ),
    Place(
        name="pixels in an item",
        token="Pixelovandal",
        plant=within("ReferencedImageSequence", leaf=_bytes(0x7FE00010, "OW")),
    ),
    Place(name="padding after the data set", token="Finovandal", plant=_bytes(0xFFFCFFFC, "OB")),
    Place(
        name="digital signature",
        token="Signovandal",
        plant=within("DigitalSignaturesSequence", leaf=_bytes(0x04000120, "OB")),
    ),
    Place(
        name="certificate of a signer",
        token="Certovandal",
        plant=within("DigitalSignaturesSequence", leaf=_bytes(0x04000115, "OB")),
    ),
    Place(
        name="parameters of a signature",
        token="Macovandal",
        plant=within("MACParametersSequence", leaf=value("MACAlgorithm")),
    ),
    Place(
        name="encrypted attributes",
        token="Cryptovandal",
        plant=within("EncryptedAttributesSequence", leaf=_bytes(0x04000520, "OB")),
    ),
    Place(
        name="original attributes",
        token="Originovandal",
        plant=within("OriginalAttributesSequence", "ModifiedAttributesSequence", leaf=value("PatientName")),
    ),
    Place(
        name="non-conforming original value",
        token="Nonconfovandal",
        plant=within(
            "OriginalAttributesSequence",
            "NonconformingModifiedAttributesSequence",
            leaf=_bytes(0x04000552, "OB"),
        ),
    ),
    Place(
        name="system that modified",
        token="Systovandal",
        plant=within("OriginalAttributesSequence", leaf=value("ModifyingSystem")),
    ),
    Place(
        name="graphic annotation",
        token="Graphovandal",
        plant=within("GraphicAnnotationSequence", "TextObjectSequence", leaf=value("UnformattedTextValue")),
    ),
    Place(
        name="items hidden in a text",
        token="Cachovandal",
        plant=lambda draft, token: put(
            draft.dataset, 0x00189F9B, "UN", implicit(0xFFFEE000, implicit(0x00100010, token.encode()))
        ),
    ),
)

STRUCTURE = (*NESTED, *PRIVATE, *GROUPS)
