"""Codes of the clinical record in FHIR: our own for every variable, LOINC beside where it says the same."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Json = dict[str, Any]

OWN = "urn:osteon:record"
PSEUDONYMS = "urn:osteon:pseudonym"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
GENDERS: Mapping[str, str] = MappingProxyType({"F": "female", "M": "male", "X": "other"})

UCUM_CODES: Mapping[str, str] = MappingProxyType({"G/L": "10*9/L", "lb": "[lb_av]", "kU/L": "k[IU]/L"})
"""Where our code is not UCUM's own."""

LOINC_CODES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "weight": {"kg": "29463-7", "lb": "29463-7"},
        "calcium": {"mmol/L": "2000-8", "mg/dL": "17861-6"},
        "creatinine": {"umol/L": "14682-9", "mg/dL": "2160-0"},
        "albumin": {"g/L": "1751-7", "g/dL": "1751-7"},
        "crp": {"mg/L": "1988-5", "mg/dL": "1988-5"},
        "ldh": {"U/L": "2532-0"},
        "alp": {"U/L": "6768-6"},
        "psa": {"ug/L": "2857-1", "ng/L": "2857-1"},
        "ca15_3": {"kU/L": "6875-9"},
        "cea": {"ug/L": "2039-6", "ng/L": "2039-6"},
        "platelets": {"G/L": "777-3", "/mm3": "777-3"},
        "bilirubin": {"umol/L": "14631-6", "mg/dL": "1975-2"},
        "haemoglobin": {"g/L": "718-7", "g/dL": "718-7"},
    }
)
"""By variable and the unit it was entered in: LOINC tells amounts of substance and of mass apart."""

VARIABLE_OF: Mapping[str, str] = MappingProxyType(
    {code: variable for variable, codes in LOINC_CODES.items() for code in codes.values()}
)


def own(code: str) -> Json:
    return {"coding": [{"system": OWN, "code": code}]}


def analyte(variable: str, unit: str) -> Json:
    codings = [{"system": OWN, "code": variable}]
    if unit in LOINC_CODES.get(variable, {}):
        codings.append({"system": LOINC, "code": LOINC_CODES[variable][unit]})
    return {"coding": codings}


def own_code(concept: Json | None) -> str | None:
    """Our code of a concept; for LOINC's alone, the variable that it stands for."""
    codings = (concept or {}).get("coding", [])
    found = next((each.get("code") for each in codings if each.get("system") == OWN), None)
    if found is not None:
        return str(found)
    return next((VARIABLE_OF[each["code"]] for each in codings if _is_known(each)), None)


def _is_known(coding: Json) -> bool:
    return coding.get("system") == LOINC and coding.get("code") in VARIABLE_OF


def ucum(unit: str) -> str:
    return UCUM_CODES.get(unit, unit)


def unit_of(code: str) -> str:
    return next((ours for ours, theirs in UCUM_CODES.items() if theirs == code), code)
