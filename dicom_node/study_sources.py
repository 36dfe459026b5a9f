"""By which UID each study is known at the peer that sent it: sealed, in a small folder, while it is to be asked there.

Written at the door, once a study and peer, without waiting for the disk: what a power cut takes can only not be asked.
Nothing is kept of a study whose sender has no address, for nobody could be asked. A process that passes objects on and
asks nobody has a folder that another one empties. A file: JSON, with the original StudyInstanceUID sealed and bound to
the rest; named by the pseudonymised one.
"""

import base64
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from dicom_node.durable import make_folder, remove_drafts
from dicom_node.peers import PeerAddress
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.tags import STUDY
from dicom_node.uids import LONGEST_UID, is_uid
from storage.keys import KeyFileError, KeyRing
from storage.sealing import UnsealError, seal, unseal

log = logging.getLogger("osteon.studies")

SUFFIX = ".json"
PURPOSE = "study-source"
KEPT_DAYS = 14.0
MOST_KEPT = 10_000
MOST_REMEMBERED = 20_000
_DAY_SECONDS = 86_400.0


class StudySources:
    """A folder of its own for each node. Share one between threads."""

    def __init__(
        self,
        folder: Path,
        keys: KeyRing,
        address_of: Callable[[str], PeerAddress | None],
        *,
        inbox: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`address_of`: where a peer answers, by its AE title. `clock`: seconds since the epoch, as of files.

        `inbox`: the folder of a process that asks nobody itself; `look` takes what lies there.
        """
        self._folder = folder
        self._inbox = inbox
        self._keys = keys
        self._seal_key = keys.derive(PURPOSE)
        self._address_of = address_of
        self._clock = clock
        self._noted: dict[tuple[str, str], None] = {}
        """By pseudonymised UID and AE title; it may forget, and then a file is written once more."""
        self._lock = threading.Lock()
        make_folder(folder)
        remove_drafts(folder)
        self._kept = dict(_found_in(folder))
        """The AE title by pseudonymised UID."""

    def note(self, study_uid: str, ae_title: str, source: Facts) -> None:
        """An object of a study has come from a peer, and is kept. One look-up, but for the first."""
        if (study_uid, ae_title) in self._noted or self._address_of(ae_title) is None:
            return
        with self._lock:
            if len(self._noted) >= MOST_REMEMBERED:
                self._noted.clear()
            self._noted[study_uid, ae_title] = None
            try:
                self._write(study_uid, ae_title, source.text(STUDY))
            except OSError as error:
                log.warning("a study's source cannot be kept: %s", type(error).__name__)

    def take_over(self, folder: Path) -> None:
        """Of a process that there is no more: what is kept there is kept here from now on."""
        remove_drafts(folder)
        with self._lock:
            for study_uid, ae_title in _found_in(folder):
                self._move_here(folder, study_uid, ae_title)

    def look(self) -> None:
        """Take what lies in the inbox. Raises OSError."""
        if self._inbox is None:
            return
        with self._lock:
            for study_uid, ae_title in _found_in(self._inbox):
                self._move_here(self._inbox, study_uid, ae_title)
                self._noted[study_uid, ae_title] = None  # as if it had come through the door: it is not removed now

    def kept(self) -> dict[str, str]:
        """The studies that can be asked for, by pseudonymised UID, and the AE title of whom to ask."""
        with self._lock:
            return dict(self._kept)

    def original_of(self, study_uid: str) -> str | None:
        """What a study is called at its source: never to be written down or logged. None when it cannot be read."""
        try:
            return _original(self._path(study_uid).read_bytes(), study_uid, self._keys)
        except (ValueError, KeyError, TypeError, UnsealError, KeyFileError) as error:
            log.warning("the source of study %s cannot be read, and is not kept: %s", study_uid, type(error).__name__)
            self.forget(study_uid)
            self.remove_forgotten(study_uid)
        except OSError as error:
            log.warning("the source of study %s cannot be read: %s", study_uid, type(error).__name__)
        return None

    def forget(self, study_uid: str) -> None:
        """Whoever sends an object of this study from now on writes it down anew. The file stays."""
        with self._lock:
            for known in [known for known in self._noted if known[0] == study_uid]:
                del self._noted[known]

    def remove_forgotten(self, study_uid: str) -> bool:
        """Remove what is kept of a study, unless an object has come since it was forgotten."""
        with self._lock:
            if any(known[0] == study_uid for known in self._noted):
                return False
            self._remove(study_uid)
            return True

    def tidy(self) -> None:
        """Remove what is too old, and the oldest of what is too much."""
        oldest = self._clock() - KEPT_DAYS * _DAY_SECONDS
        ages = [(self._written_at(study_uid), study_uid) for study_uid in self.kept()]
        newest_first = sorted(ages, reverse=True)
        for place, (written_at, study_uid) in enumerate(newest_first):
            if written_at < oldest or place >= MOST_KEPT:
                self.forget(study_uid)
                self.remove_forgotten(study_uid)

    def _write(self, study_uid: str, ae_title: str, original: str) -> None:
        """With the lock held. Padded: the sealed text does not tell how long the UID is."""
        if not is_uid(study_uid):
            return
        sealed = seal(self._seal_key, original.encode("ascii").ljust(LONGEST_UID, b"\0"), _context(study_uid, ae_title))
        content = {
            "ae_title": ae_title,
            "key_id": self._keys.key_id,
            "sealed": base64.b64encode(sealed).decode("ascii"),
        }
        draft = self._folder / f".{secrets.token_hex(8)}.part"
        try:
            draft.write_bytes(json.dumps(content).encode("ascii"))
            draft.replace(self._path(study_uid))
        finally:
            draft.unlink(missing_ok=True)
        self._kept[study_uid] = ae_title

    def _move_here(self, folder: Path, study_uid: str, ae_title: str) -> None:
        """With the lock held."""
        (folder / f"{study_uid}{SUFFIX}").replace(self._path(study_uid))
        self._kept[study_uid] = ae_title

    def _remove(self, study_uid: str) -> None:
        self._path(study_uid).unlink(missing_ok=True)
        self._kept.pop(study_uid, None)

    def _written_at(self, study_uid: str) -> float:
        try:
            return self._path(study_uid).stat().st_mtime
        except OSError:
            return 0.0

    def _path(self, study_uid: str) -> Path:
        return self._folder / f"{study_uid}{SUFFIX}"


def _found_in(folder: Path) -> Iterator[tuple[str, str]]:
    """What an earlier process left; what a power cut left half-written is removed."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            yield path.name.removesuffix(SUFFIX), str(json.loads(path.read_bytes())["ae_title"])
        except (ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)


def _original(text: bytes, study_uid: str, keys: KeyRing) -> str:
    content = json.loads(text)
    key = keys.derive_as(content["key_id"], PURPOSE)
    original = unseal(key, base64.b64decode(content["sealed"]), _context(study_uid, content["ae_title"]))
    return original.rstrip(b"\0").decode("ascii")


def _context(study_uid: str, ae_title: str) -> bytes:
    return f"{PURPOSE}\0{study_uid}\0{ae_title}".encode()
