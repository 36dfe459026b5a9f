"""Every instrument there is: scores, then grades, then rules."""

from collections.abc import Mapping
from types import MappingProxyType

from lesion_model.description import Description, Kind, describe_score
from lesion_model.description_of_entries import describe_entry
from lesion_model.instruments import CALCULATORS
from lesion_model.rules.catalogue import GRADES, RULES

DESCRIPTIONS: Mapping[str, Description] = MappingProxyType(
    {
        each.name: each
        for each in (
            *(describe_score(calculator) for calculator in CALCULATORS.values()),
            *(describe_entry(entry, Kind.GRADE) for entry in GRADES),
            *(describe_entry(entry, Kind.RULE) for entry in RULES),
        )
    }
)
