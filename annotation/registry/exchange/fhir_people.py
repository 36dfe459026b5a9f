"""Whom the resources of a FHIR bundle are of: by contained resource, full URL, relative reference or identifier."""

from annotation.registry.exchange.fhir_codes import Json

MEDICAL_RECORD_NUMBER = "MR"
"""Of HL7's table 0203."""
OLD = "old"


class People:
    """The patients of one bundle."""

    def __init__(self, bundle: Json) -> None:
        self._by_url: dict[str, Json] = {}
        self._by_id: dict[str, list[Json]] = {}
        for each in bundle.get("entry", []):
            resource = each.get("resource", {})
            if resource.get("resourceType") != "Patient":
                continue
            if each.get("fullUrl"):
                self._by_url[str(each["fullUrl"])] = resource
            if resource.get("id"):
                self._by_id.setdefault(f"Patient/{resource['id']}", []).append(resource)

    def of(self, resource: Json, full_url: str) -> Json:
        """The patient that a resource is, or is of; nothing for one who is not in the bundle.

        A relative reference is of the same server as the resource (FHIR R4, references in bundles). Where the resource
        says no server, it is the only patient of this id, or nobody. The version does not matter.
        """
        if resource.get("resourceType") == "Patient":
            return resource
        reference = str(resource.get("subject", {}).get("reference", "")).partition("/_history/")[0]
        if reference.startswith("#"):
            contained = resource.get("contained", [])
            return next((each for each in contained if each.get("id") == reference[1:]), {})
        base = full_url.rpartition("/")[0].rpartition("/")[0]
        for url in (reference, f"{base}/{reference}"):
            if url in self._by_url:
                return self._by_url[url]
        same = self._by_id.get(reference, [])
        return same[0] if len(same) == 1 and not full_url.startswith("http") else {}


def number_of_patient(person: Json, resource: Json) -> str | None:
    """The number that the hospital knows the patient by: its medical record number, else the first that is not old."""
    identifiers = list(person.get("identifier", []))
    if not identifiers and "identifier" in resource.get("subject", {}):
        identifiers = [resource["subject"]["identifier"]]
    current = [each for each in identifiers if each.get("use") != OLD and each.get("value")]
    numbered = [each for each in current if _is_record_number(each)]
    return next((str(each["value"]) for each in (*numbered, *current)), None)


def names(person: Json) -> list[str]:
    """Of the patient, where the bundle has them: never kept, but looked for in texts."""
    found = person.get("name", [])
    return [part for name in found for part in (name.get("family", ""), *name.get("given", []))]


def _is_record_number(identifier: Json) -> bool:
    codings = identifier.get("type", {}).get("coding", [])
    return any(each.get("code") == MEDICAL_RECORD_NUMBER for each in codings)
