"""Who somebody is to a hospital and to the country, and what stands in for them here."""

import json
import unicodedata
from dataclasses import dataclass

INS_NIR = "1.2.250.1.213.1.4.8"
"""France's national health identity, from the number of the population register (ANS, registry of OIDs)."""

INS_NIA = "1.2.250.1.213.1.4.9"
"""The same for whoever still waits for that number."""

NATIONAL_ISSUERS = (INS_NIR, INS_NIA)
"""Strongest first. Each gives a person one number at most, and never one number to two persons."""


@dataclass(frozen=True, slots=True)
class PatientIdentifier:
    """A patient's number and who issued it, in one spelling whatever the sender's padding.

    Leading and trailing spaces carry no meaning (PS3.5 6.2, LO); Unicode is normalised (NFC).
    """

    issuer: str
    number: str

    @property
    def is_national(self) -> bool:
        return self.issuer.strip() in NATIONAL_ISSUERS

    def canonical(self) -> bytes:
        parts = (unicodedata.normalize("NFC", part).strip() for part in (self.issuer, self.number))
        return json.dumps(list(parts), ensure_ascii=False).encode("utf-8")

    @classmethod
    def from_canonical(cls, content: bytes) -> "PatientIdentifier":
        issuer, number = json.loads(content)
        return cls(issuer, number)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as one object names them: `identifier` decides who it is, `also` holds weaker ones, strongest first."""

    identifier: PatientIdentifier
    also: tuple[PatientIdentifier, ...] = ()

    @property
    def identifiers(self) -> tuple[PatientIdentifier, ...]:
        return (self.identifier, *self.also)


@dataclass(frozen=True, slots=True)
class Pseudonymity:
    """What stands in for a person: a pseudonym, and the days added to all their dates (negative)."""

    pseudonym: str
    date_offset_days: int
