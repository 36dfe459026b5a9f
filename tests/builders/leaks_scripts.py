"""Places in other scripts: names and texts in items with a character set of their own, in the bytes of that set."""

from tests.builders.leaks import Place, Plant
from tests.builders.leaks_planting import all_of, value, within


def _in_script(script: str, token: str, term: str, codec: str) -> tuple[Place, Place]:
    """A name in an item with a character set of its own: as a person's, and in a text that is cleaned."""
    charset = value("SpecificCharacterSet", term, codec="ascii")

    def leaf(keyword: str) -> Plant:
        return all_of(charset, value(keyword, codec=codec))

    return (
        Place(
            name=f"surname in an item in {script}",
            token=token,
            codec=codec,
            plant=within("ReferencedImageSequence", leaf=leaf("ScheduledPerformingPhysicianName")),
        ),
        Place(
            name=f"text in an item in {script}",
            token=token[::-1],
            codec=codec,
            plant=within("ReferencedImageSequence", leaf=leaf("ImageComments")),
        ),
    )


_SCRIPTS = (
    ("Latin", "Bérangérovic", "ISO_IR 100", "latin-1"),
    ("Central European", "Řezníčekovský", "ISO_IR 101", "iso8859-2"),
    ("Cyrillic", "Люксембургова", "ISO_IR 144", "iso8859-5"),
    ("Greek", "Διονυσόπουλος", "ISO_IR 126", "iso8859-7"),
    ("Hebrew", "קבלנשרוןזק", "ISO_IR 138", "iso8859-8"),
    ("Arabic", "قبانيلنزارظ", "ISO_IR 127", "iso8859-6"),
    ("Thai", "ปรามูลย์ศักดิ์", "ISO_IR 166", "tis-620"),
    ("Japanese with escapes", "鸚鵡螺鰐淵", "\\ISO 2022 IR 87", "iso2022_jp"),
    ("Korean with escapes", "황보뚝쀍", "\\ISO 2022 IR 149", "euc_kr"),
    ("Chinese, GB18030", "龘靐齉齾爩", "GB18030", "gb18030"),
    ("Chinese, GBK", "饕餮魑魅魍", "GBK", "gbk"),
    ("Unicode", "Żywiołowśki", "ISO_IR 192", "utf-8"),
)

SCRIPTS = (
    *(place for script in _SCRIPTS for place in _in_script(*script)),
    Place(
        name="Japanese name split by escapes",
        token="ESCAPOVANDAL",
        codec="ascii",
        plant=within(
            "ReferencedImageSequence",
            leaf=all_of(
                value("SpecificCharacterSet", "\\ISO 2022 IR 87", codec="ascii"),
                lambda draft, token: value("ImageComments", "\x1b(B".join(token))(draft, ""),
            ),
        ),
    ),
    Place(
        name="name in bytes that are none of the character set",
        token="Étrangévandal",
        codec="latin-1",
        plant=value("AcquisitionComments", codec="latin-1"),
    ),
)
