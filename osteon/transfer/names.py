"""Names that come from outside: what they must look like before they may become part of a path."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Self

from osteon.transfer.errors import AnswerError, UsageError

# Only letters, digits and hyphens; a UID is 2.25. and a number of at most 39 digits (PS3.5 B.2).
_PSEUDONYM = re.compile(r"OST-[0-9A-Z]{5}-[0-9A-Z]{5}")
_UID = re.compile(r"2\.25\.(?:0|[1-9][0-9]{0,38})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class TargetKind(Enum):
    """What is fetched."""

    PATIENT = "patient"
    STUDY = "study"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A patient by pseudonym, or a study by its pseudonymised UID."""

    kind: TargetKind
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        if _PSEUDONYM.fullmatch(text):
            return cls(kind=TargetKind.PATIENT, name=text)
        if _UID.fullmatch(text):
            return cls(kind=TargetKind.STUDY, name=text)
        raise UsageError("the target is neither a pseudonym (OST-…) nor a pseudonymised study UID (2.25.…)")


def checked_pseudonym(value: object) -> str:
    return _checked(value, _PSEUDONYM, "pseudonym")


def checked_uid(value: object) -> str:
    return _checked(value, _UID, "UID")


def checked_sha256(value: object) -> str:
    return _checked(value, _SHA256, "SHA-256")


def checked_size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AnswerError("the server sent a size that is not a whole number")
    return value


def _checked(value: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise AnswerError(f"the server sent a {what} that is none: nothing was written for it")
    return value
