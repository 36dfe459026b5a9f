"""What the API measures of its requests, and what it tells of all processes of the home."""

import logging
import time

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.metric_files import MetricFiles
from storage.metric_merging import Measured, together

log = logging.getLogger("osteon.access")

ROLE = "api"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
QUIET_PATHS = ("/health/", "/metrics")
"""Asked for every few seconds by machines: logged at DEBUG only."""

_NOT_BEGUN = 500
"""An answer that was never begun counts as this."""


class ApiMetrics:
    """Share one between all requests. `files`: where the node and other API processes of this home keep theirs."""

    def __init__(self, files: MetricFiles | None = None) -> None:
        self.registry = CollectorRegistry()
        self._files = files
        self._requests = Counter(
            "osteon_http_requests_total",
            "Requests to the API; status: 2xx, 3xx, 4xx or 5xx",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "osteon_http_request_seconds",
            "Time from a request's header to the end of its answer",
            ["method", "route"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route`: its template, never the path: that is what somebody sent."""
        self._requests.labels(method, route, f"{status // 100}xx").inc()
        self._seconds.labels(method, route).observe(seconds)

    def of_all(self) -> list[Metric]:
        """This process' and, where they are kept in the same home, everybody's."""
        if self._files is None:
            return together([Measured(list(self.registry.collect()), lives=True)])
        return self._files.with_own(ROLE, self.registry)


class WatchedRequests:
    """Measures every request, and writes it down: method, route, status and time; no path, query or token."""

    def __init__(self, app: ASGIApp, metrics: ApiMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), _NOT_BEGUN

        async def send_watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in METHODS else OTHER
            route = route_of(scope)
            self._metrics.answered(method, route, status, seconds)
            level = logging.DEBUG if scope["path"].startswith(QUIET_PATHS) else logging.INFO
            log.log(level, "%s %s %s %.1f ms", method, route, status, seconds * 1000)


def route_of(scope: Scope) -> str:
    """The template of the route that answered; "none" when there is none of that path."""
    # FastAPI keeps a route as it was declared, without the prefix of the router it is included in, and beside it this.
    context = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(context, "path", None) or "none")
