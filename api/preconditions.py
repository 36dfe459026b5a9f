"""ETag and If-Match of what has revisions (RFC 9110): a change names the revision it was made from."""

import re
from typing import Annotated

from fastapi import Header

from api.errors import ApiError

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the revision that was read.", examples=['"1"']),
]

NO_REVISION = 0
_ETAG = re.compile(r'"([1-9][0-9]{0,8})"')


class PreconditionRequiredError(ApiError):
    """A change came without If-Match; read the newest revision first."""

    def __init__(self) -> None:
        super().__init__("send If-Match with the ETag of the revision that you read")


def etag(revision: int) -> str:
    return f'"{revision}"'


def expected_revision(if_match: str | None) -> int:
    """The revision that If-Match names; `NO_REVISION` for a tag that none of ours ever had.

    `*` names none, and would overwrite unseen: it counts as missing.
    """
    if if_match is None or if_match.strip() == "*":
        raise PreconditionRequiredError
    found = _ETAG.fullmatch(if_match.strip())
    return int(found[1]) if found else NO_REVISION
