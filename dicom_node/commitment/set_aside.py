"""Which objects are in quarantine, by their replaced SOPInstanceUIDs: the quarantine itself does not know.

One file of lines for each process, which all of them read; appended to and synced; a line torn by a crash is passed
over. A line counts for as long as the quarantine holds the object: one that was released or destroyed is forgotten.
"""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from dicom_node.durable import make_folder, sync_folder
from dicom_node.quarantine import SUFFIX
from dicom_node.status import Reason
from dicom_node.uids import is_uid

FILE = "quarantined-{}.index"
_CONFLICTS = frozenset({Reason.CONFLICT})
_FIELDS = 3


class SetAside:
    """Safe between threads, and between processes that have a `name` each."""

    def __init__(self, folder: Path, quarantine: Path, map_uid: Callable[[str], str], name: str = "0") -> None:
        """`quarantine`: the folder of sealed objects. `map_uid`: from a received UID to ours. Raises OSError."""
        make_folder(folder)
        self._folder = folder
        self._file = folder / FILE.format(name)
        self._quarantine = quarantine
        self._map_uid = map_uid
        self._lock = threading.Lock()
        self._known: dict[str, set[tuple[str, str]]] = {}
        """Quarantine ids and reasons by replaced SOPInstanceUID."""
        self._recover()

    def note(self, sop_instance_uid: str, quarantine_id: str, reason: Reason) -> None:
        """An object is in quarantine; durable on return. `sop_instance_uid`: the sender's. Raises OSError."""
        if is_uid(sop_instance_uid):  # one that is none cannot be asked for either
            self.note_replaced(self._map_uid(sop_instance_uid), quarantine_id, reason)

    def note_replaced(self, sop_instance_uid: str, quarantine_id: str, reason: Reason) -> None:
        """The same, by the replaced UID."""
        with self._lock:
            known = self._known.setdefault(sop_instance_uid, set())
            if (quarantine_id, reason.value) in known:
                return
            self._append(f"{sop_instance_uid} {quarantine_id} {reason.value}\n")
            known.add((quarantine_id, reason.value))

    def holds(self, sop_instance_uid: str) -> bool:
        """Whether an object of this (replaced) UID is in quarantine."""
        return any(True for _ in self._held(sop_instance_uid))

    def holds_another(self, sop_instance_uid: str) -> bool:
        """Whether there is one because another object of the same UID had been taken before."""
        return any(reason in _CONFLICTS for reason in self._held(sop_instance_uid))

    def _held(self, sop_instance_uid: str) -> Iterator[Reason]:
        with self._lock:
            known = {*self._known.get(sop_instance_uid, ()), *self._known_to_others(sop_instance_uid)}
        return (Reason(reason) for quarantine_id, reason in known if self._is_held(quarantine_id))

    def _is_held(self, quarantine_id: str) -> bool:
        return "/" not in quarantine_id and (self._quarantine / (quarantine_id + SUFFIX)).exists()

    def _known_to_others(self, sop_instance_uid: str) -> Iterator[tuple[str, str]]:
        """Read anew each time: it is asked for only when an object is not where it should be."""
        for path in self._folder.glob(FILE.format("*")):
            if path != self._file:
                for line in path.read_text("ascii", "replace").splitlines():
                    if line.startswith(f"{sop_instance_uid} ") and self._counts(line):
                        _, quarantine_id, reason = line.split()
                        yield quarantine_id, reason

    def _append(self, line: str) -> None:
        with self._file.open("ab") as file:
            file.write(line.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def _recover(self) -> None:
        """Read the index; write it anew without what is over, and without what a crash tore."""
        found = self._file.read_bytes() if self._file.exists() else b""
        lines = [line for line in found.decode("ascii", "replace").splitlines() if self._counts(line)]
        for uid, quarantine_id, reason in map(str.split, lines):
            self._known.setdefault(uid, set()).add((quarantine_id, reason))
        content = "".join(f"{line}\n" for line in lines).encode("ascii")
        if content == found and self._file.exists():
            return
        draft = self._file.with_name(f".{self._file.name}.part")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
        sync_folder(self._file.parent)

    def _counts(self, line: str) -> bool:
        fields = line.split()
        if len(fields) != _FIELDS or fields[2] not in {reason.value for reason in Reason}:
            return False
        return is_uid(fields[0]) and self._is_held(fields[1])
