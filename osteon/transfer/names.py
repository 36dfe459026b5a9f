"""Names that come from outside: what they must look like before they may become part of a path."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import Self

from osteon.transfer.errors import AnswerError, UsageError

# Only letters, digits and hyphens; a UID is 2.25. and a number of at most 39 digits (PS3.5 B.2).
_PSEUDONYM = re.compile(r"OST-[0-9A-Z]{5}-[0-9A-Z]{5}")
_UID = re.compile(r"2\.25\.(?:0|[1-9][0-9]{0,38})")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
# A path of a release: folders and names of letters, digits, points, hyphens and underscores; none begins with a point.
_PATH = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,127}(?:/[0-9A-Za-z_-][0-9A-Za-z._-]{0,127}){0,9}")


class TargetKind(Enum):
    """What is fetched."""

    PATIENT = "patient"
    STUDY = "study"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A patient by pseudonym, a study by its pseudonymised UID, or a release by its number."""

    kind: TargetKind
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        if _PSEUDONYM.fullmatch(text):
            return cls(kind=TargetKind.PATIENT, name=text)
        if _UID.fullmatch(text):
            return cls(kind=TargetKind.STUDY, name=text)
        if _NUMBER.fullmatch(text):
            return cls(kind=TargetKind.RELEASE, name=text)
        raise UsageError(
            "the target is no number of a release (12), no pseudonym (OST-…) and no pseudonymised study UID (2.25.…)"
        )


def checked_pseudonym(value: object) -> str:
    return _checked(value, _PSEUDONYM, "pseudonym")


def checked_uid(value: object) -> str:
    return _checked(value, _UID, "UID")


def checked_sha256(value: object) -> str:
    return _checked(value, _SHA256, "SHA-256")


def checked_path(value: object) -> PurePosixPath:
    """Below the folder of the pull, whatever the server says; never one of the pull's own files."""
    path = PurePosixPath(_checked(value, _PATH, "path"))
    if path.suffix == ".part":
        raise AnswerError("the server sent a path that is kept for unfinished files")
    return path


def checked_size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AnswerError("the server sent a size that is not a whole number")
    return value


def _checked(value: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise AnswerError(f"the server sent a {what} that is none: nothing was written for it")
    return value
