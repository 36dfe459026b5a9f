"""Every rule and grade there is."""

from collections.abc import Mapping
from types import MappingProxyType

from lesion_model.entries import Entry
from lesion_model.grades import bilsky, genant, harrington, recist_bone, van_der_linden
from lesion_model.rules import (
    antiresorptive,
    counts,
    ct_response,
    flare,
    percutaneous_screw,
    stereotactic_radiotherapy,
    surgery,
    zoledronic_acid,
)

RULES: tuple[Entry, ...] = (
    ct_response.ENTRY,
    flare.ENTRY,
    counts.OLIGOMETASTATIC,
    counts.STEREOTACTIC_SITES,
    counts.LOCAL_TREATMENT_SITES,
    stereotactic_radiotherapy.ENTRY,
    surgery.SURGERY,
    surgery.ARTHROPLASTY,
    percutaneous_screw.ENTRY,
    zoledronic_acid.ENTRY,
    antiresorptive.ENTRY,
)
GRADES: tuple[Entry, ...] = (
    bilsky.ENTRY,
    van_der_linden.ENTRY,
    genant.ENTRY,
    harrington.ENTRY,
    recist_bone.ENTRY,
)
CATALOGUE: tuple[Entry, ...] = (*RULES, *GRADES)
BY_NAME: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in CATALOGUE})
