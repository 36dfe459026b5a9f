"""One process of a run over folders: takes files one after the other, each to its end."""

import errno
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.engine import Engine, Result
from dicom_node.pseudonymisation.part10 import PREAMBLE, PREFIX
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymisation.tags import SERIES, SOP_CLASS, SOP_INSTANCE, STUDY
from dicom_node.pseudonymisation.trail import Step
from dicom_node.pseudonymiser import Identifier
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from osteon.engine_parts import engine_maker
from osteon.offline.inputs import Input
from osteon.offline.outcome import Ending, Outcome, Treatment, kind_of
from osteon.offline.output import ContentConflictError, write_object
from osteon.settings import Settings
from osteon.vault_access import open_vault
from storage.vault import CachedVault, VaultError

_DIRECTORY = b"1.2.840.10008.1.3.10"
"""SOP class of the directory of a medium (DICOMDIR)."""
_META_BYTES = 1024
_NAME_DIGITS = 16


@dataclass(slots=True)
class Batch:
    """What became of some files."""

    outcomes: list[Outcome] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    dropped_words: Counter[str] = field(default_factory=Counter, repr=False)


class Worker:
    """Keeps its engine from file to file."""

    def __init__(self, settings: Settings, output: Path) -> None:
        keys, vault = open_vault(settings)
        map_uid = UidMap(keys.derive("uid"))
        issuers = Issuers(settings.default_issuer, settings.issuers)
        self._engine: Engine = engine_maker(settings, map_uid)(Identifier(CachedVault(vault), map_uid, issuers))
        self._output = output
        self._treatments: dict[tuple[Step, ...], str] = {}

    def take(self, inputs: Sequence[Input]) -> Batch:
        """Pseudonymise some files. Raises VaultError, and OSError when the output cannot be written."""
        batch = Batch()
        for one in inputs:
            batch.outcomes.append(self._take_one(one, batch))
        return batch

    def _take_one(self, one: Input, batch: Batch) -> Outcome:
        try:
            file = _dicom_file(one.path)
        except (OSError, MemoryError) as error:
            reason = error.strerror if isinstance(error, OSError) else "larger than the memory"
            return Outcome(token=one.token, ending=Ending.UNREADABLE, reason=reason or "")
        if file is None:
            return Outcome(token=one.token, ending=Ending.NOT_DICOM)
        try:
            result = self._engine(file)
        except UnprocessableError as error:
            if error.reason is Reason.NOT_AN_IMAGE and _DIRECTORY in file[:_META_BYTES]:
                return Outcome(token=one.token, ending=Ending.NOT_DICOM, reason="a DICOMDIR")
            return Outcome(token=one.token, ending=Ending.QUARANTINED, reason=str(error))
        except VaultError:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary to hostile bytes; its text may hold a value
            reason = f"{Reason.UNEXPECTED_ERROR.value}: {type(error).__name__}"
            return Outcome(token=one.token, ending=Ending.QUARANTINED, reason=reason)
        batch.dropped_words.update(result.trail.dropped_words)
        return self._write(one, result, batch)

    def _write(self, one: Input, result: Result, batch: Batch) -> Outcome:
        facts = result.facts
        study, series, instance = (facts.text(tag) for tag in (STUDY, SERIES, SOP_INSTANCE))
        name = Path(result.pseudonym, study, series, f"{instance}.dcm")
        ending = Ending.PSEUDONYMISED
        try:
            sha256 = write_object(self._output, name, result.parts)
        except FileExistsError:
            ending, sha256 = Ending.DUPLICATE, _sha256(result)
        except ContentConflictError:
            return Outcome(token=one.token, ending=Ending.QUARANTINED, reason=Reason.CONFLICT.value)
        return Outcome(
            token=one.token,
            ending=ending,
            pseudonym=result.pseudonym,
            study_instance_uid=study,
            sop_class_uid=facts.text(SOP_CLASS),
            output=name.as_posix(),
            sha256=sha256,
            size=result.size,
            treatment=self._treatment(tuple(dict.fromkeys(result.trail.steps)), batch),
            elements=dict(Counter(kind_of(step) for step in result.trail.steps)),
        )

    def _treatment(self, steps: tuple[Step, ...], batch: Batch) -> str:
        name = self._treatments.get(steps)
        if name is None:
            name = hashlib.sha256(repr(steps).encode("ascii")).hexdigest()[:_NAME_DIGITS]
            self._treatments[steps] = name
            batch.treatments.append(Treatment(name=name, steps=steps))
        return name


def _dicom_file(path: Path) -> bytes | None:
    """A file's content; None when it does not begin like a DICOM file (PS3.10 7.1). Raises OSError."""
    if not path.is_file():
        raise OSError(errno.EINVAL, "no regular file, or not to be had")
    with path.open("rb") as file:
        head = file.read(len(PREAMBLE) + len(PREFIX))
        if not head.endswith(PREFIX) or len(head) < len(PREAMBLE) + len(PREFIX):
            return None
        return head + file.read()


def _sha256(result: Result) -> str:
    digest = hashlib.sha256()
    for part in result.parts:
        digest.update(part)
    return digest.hexdigest()
