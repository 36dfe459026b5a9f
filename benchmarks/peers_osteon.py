"""Osteon's engine as one of the tools that are compared: rules, last look and report included."""

import json
from pathlib import Path

from dicom_node.pseudonymisation.engine import Engine, Result
from dicom_node.pseudonymisation.explain import Explainer, name_of, words_for
from dicom_node.pseudonymisation.profile import DEFAULT
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.trail import Step
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.uids import UidMap
from storage.identities import Pseudonymity

CT = "1.2.840.10008.5.1.4.1.1.2"
PERSON = Pseudonymity("OST-23456-789AB", -400)


class Osteon:
    """The default profile. Whose object it is is not looked up in a vault: everybody gets the same stand-in."""

    distribution = "osteon"

    def __init__(self) -> None:
        self._engine = Engine(
            profile=DEFAULT,
            identify=lambda *_: PERSON,
            map_uid=UidMap(b"k" * 32),
            clean=TextCleaner(Vocabulary.default()),
        )
        self._explainer = Explainer(DEFAULT, CT)
        self._treatments: dict[tuple[Step, ...], int] = {}

    def in_memory(self, source: bytes) -> bytes:
        result = self._engine(source)
        self._report(result)
        return result.file

    def file_to_file(self, source: Path, target: Path) -> None:
        result = self._engine(source.read_bytes())
        self._report(result)
        with target.open("wb") as file:
            file.writelines(result.parts)

    def header_only(self, source: bytes) -> None:
        self._report(self._engine(source))

    def _report(self, result: Result) -> str:
        """What a report says of one object. The only place where the report is part of what is measured.

        What was done, and why, is said once for all objects that had the same done to them.
        """
        steps = tuple(result.trail.steps)
        number = self._treatments.get(steps)
        said: list[tuple[str, ...]] = []
        if number is None:
            number = self._treatments[steps] = len(self._treatments)
            said = [
                (*map(name_of, (*path, tag)), words_for((path, tag, action)), self._explainer.why((path, tag, action)))
                for path, tag, action in steps
            ]
        return json.dumps({"pseudonym": result.pseudonym, "size": result.size, "treatment": number, "steps": said})
