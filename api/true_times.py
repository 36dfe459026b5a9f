"""Who may know the true moment at which something was entered.

Dates of a patient are moved by a number of days that only the vault knows. A form or a decision is often entered on the
day that it is about: its true moment, beside that day as moved, nearly gives the number away. Those who take part in
care, or keep the registry, know the patients' days anyway; others (researchers) get null in its place.
"""

from typing import Annotated

from fastapi import Depends

from annotation.roles import Role
from api.authentication import Reader
from api.schemas.true_times import Answer, without_true_times

_KNOWING = frozenset({Role.RADIOLOGIST, Role.CLINICIAN, Role.CUSTODIAN})


def knows_true_times(caller: Reader) -> bool:
    """Whether the caller gets true moments."""
    return bool(_KNOWING & caller.roles)


TrueTimes = Annotated[bool, Depends(knows_true_times)]


def shown(answer: Answer, times: TrueTimes) -> Answer:
    """The answer as the caller may have it."""
    return answer if times else without_true_times(answer)
