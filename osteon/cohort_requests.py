"""Requests about cohorts to the API."""

from collections.abc import Iterator
from urllib.parse import quote

from osteon.api_requests import ApiRequests, Json


class CohortRequests(ApiRequests):
    """One server, one token. `where`: a filter's document; None is every series."""

    def fields(self) -> list[Json]:
        found: list[Json] = self.ask("GET", "cohorts/fields")["items"]
        return found

    def counts(self, where: Json | None) -> Json:
        return self.ask("POST", "cohorts/counts", {"where": where})

    def preview(self, where: Json | None, limit: int) -> Json:
        """The first studies, and whether there are more."""
        return self.ask("POST", "cohorts/preview", {"where": where}, {"limit": limit})

    def save(self, name: str, where: Json | None) -> Json:
        return self.ask("POST", "cohorts", {"name": name, "where": where})

    def all(self) -> Iterator[Json]:
        """The newest version of each, by name."""
        return self.pages("GET", "cohorts")

    def one(self, name: str, version: int | None) -> Json:
        return self.ask("GET", _path(name) if version is None else f"{_path(name)}/versions/{version}")

    def versions(self, name: str) -> Iterator[Json]:
        """The first one first."""
        return self.pages("GET", f"{_path(name)}/versions")


def _path(name: str) -> str:
    return f"cohorts/{quote(name, safe='')}"
