"""Who the patients of a file are: pseudonyms already, or hospital numbers that the vault knows or gets to know."""

from collections.abc import Collection, Mapping
from typing import Protocol

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.person import ReceivedNumber, person_of
from storage.identities import PatientIdentifier, Pseudonymity
from storage.pseudonyms import is_pseudonym
from storage.vault_audit import Warrant
from storage.vault_importing import ImportIdentities


class People(Protocol):
    """From the patient's name in the file to the pseudonym."""

    @property
    def identified(self) -> bool: ...

    def known(self, numbers: Collection[str]) -> Mapping[str, Pseudonymity]:
        """Those that are known now."""

    def refused(self, number: str) -> str | None:
        """Why this is nobody; None for somebody."""

    def settled(self, numbers: Collection[str]) -> Mapping[str, Pseudonymity]:
        """All of them, made where they are new."""


class Pseudonymous:
    """A file that came out of the registry, with its pseudonyms and dates."""

    identified = False

    def known(self, numbers: Collection[str]) -> Mapping[str, Pseudonymity]:
        return {number: Pseudonymity(number, 0) for number in numbers}

    def refused(self, number: str) -> str | None:
        return (
            None if is_pseudonym(number) else "is no pseudonym: name the source identified, or check how it was copied"
        )

    def settled(self, numbers: Collection[str]) -> Mapping[str, Pseudonymity]:
        return self.known(numbers)


class Identified:
    """A file with hospital numbers. Their issuer is that of the mapping, or else the default one."""

    identified = True

    def __init__(self, vault: ImportIdentities, issuer: str, warrant: Warrant) -> None:
        self._vault, self._issuer, self._warrant = vault, issuer, warrant

    def known(self, numbers: Collection[str]) -> Mapping[str, Pseudonymity]:
        identifiers = {number: self._identifier(number) for number in numbers if self.refused(number) is None}
        found = self._vault.known(list(dict.fromkeys(identifiers.values())))
        return {number: found[each] for number, each in identifiers.items() if each in found}

    def refused(self, number: str) -> str | None:
        try:
            self._identifier(number)
        except UnprocessableError:
            return "is no patient number"
        return None

    def settled(self, numbers: Collection[str]) -> Mapping[str, Pseudonymity]:
        identifiers = {number: self._identifier(number) for number in numbers}
        found = self._vault.identify(list(dict.fromkeys(identifiers.values())), self._warrant)
        return {number: found[each] for number, each in identifiers.items()}

    def _identifier(self, number: str) -> PatientIdentifier:
        return person_of(ReceivedNumber(number=number, issuer=self._issuer)).identifier
