"""What is shown on screen, in the two languages of its readers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The same words in English and in French."""

    en: str
    fr: str


def label(en: str, fr: str) -> Label:
    return Label(en=en, fr=fr)
