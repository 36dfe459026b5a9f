"""Every rule and grade there is."""

from collections.abc import Mapping
from types import MappingProxyType

from lesion_model.entries import Entry
from lesion_model.rules import ct_response, flare

RULES: tuple[Entry, ...] = (
    ct_response.ENTRY,
    flare.ENTRY,
)
GRADES: tuple[Entry, ...] = ()
CATALOGUE: tuple[Entry, ...] = (*RULES, *GRADES)
BY_NAME: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in CATALOGUE})
