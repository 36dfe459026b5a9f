"""Who is asking, however they signed in."""

from dataclasses import dataclass
from enum import Enum

from annotation.roles import Role


class SignedInBy(Enum):
    """What a request was signed in by."""

    TOKEN = "token"  # noqa: S105 - a name
    PERSONAL_TOKEN = "personal_token"  # noqa: S105
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person or a program. `label` is the name that is recorded with what they do; nobody else has it.

    `id`: of the token or the session; can be shown and logged. `account_id`: None for a token of the command line.
    """

    id: str
    label: str
    roles: frozenset[Role]
    by: SignedInBy
    account_id: str | None = None
