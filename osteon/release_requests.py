"""Requests about releases to the API."""

from collections.abc import Iterator
from urllib.parse import quote

from osteon.api_requests import ApiRequests, Json


class ReleaseRequests(ApiRequests):
    """One server, one token."""

    def begin(self, body: Json) -> Json:
        return self.ask("POST", "releases", body)

    def all(self) -> Iterator[Json]:
        """The newest first."""
        return self.pages("GET", "releases")

    def one(self, number: int) -> Json:
        return self.ask("GET", f"releases/{number}")

    def job(self, job_id: str) -> Json:
        return self.ask("GET", f"jobs/{job_id}")

    def cancel(self, number: int) -> Json:
        return self.ask("POST", f"releases/{number}/cancel")

    def resume(self, number: int) -> Json:
        return self.ask("POST", f"releases/{number}/resume")

    def difference(self, number: int, other: int, limit: int) -> Json:
        return self.ask("GET", f"releases/{number}/diff", query={"with": other, "limit": limit})

    def grants(self, number: int) -> list[Json]:
        found: list[Json] = self.ask("GET", f"releases/{number}/grants")["items"]
        return found

    def grant(self, number: int, account: str, body: Json) -> Json:
        return self.ask("PUT", _grant(number, account), body)

    def revoke(self, number: int, account: str) -> Json:
        return self.ask("DELETE", _grant(number, account))

    def erase(self, body: Json, number: int | None) -> Json:
        """From one release, or from every one that has the patient."""
        return self.ask("POST", "releases/erasures" if number is None else f"releases/{number}/erasures", body)


def _grant(number: int, account: str) -> str:
    return f"releases/{number}/grants/{quote(account, safe='')}"
