"""What a person may do here. A person may have several roles; what a route needs is stated at the route."""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model.labels import Label, label


class Role(Enum):
    """One kind of work with the registry."""

    RADIOLOGIST = "radiologist"
    CLINICIAN = "clinician"
    RESEARCHER = "researcher"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"


LABELS: Mapping[Role, Label] = MappingProxyType(
    {
        Role.RADIOLOGIST: label("radiologist", "radiologue"),
        Role.CLINICIAN: label("clinician", "clinicien"),
        Role.RESEARCHER: label("researcher", "chercheur"),
        Role.CUSTODIAN: label("custodian", "gestionnaire des données"),
        Role.ADMINISTRATOR: label("administrator", "administrateur"),
    }
)


def in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each once, in the order in which they are declared."""
    given = frozenset(roles)
    return tuple(role for role in Role if role in given)


def named(roles: Iterable[Role]) -> list[str]:
    """Their names, in the same order whatever the order they came in."""
    return [role.value for role in in_order(roles)]
