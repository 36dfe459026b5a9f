"""Where our own servers are, as seen from this machine."""

from osteon.settings import Settings


def base_url(settings: Settings) -> str:
    """The API's address as seen from here."""
    host = settings.http_host
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not listened on
        host = "127.0.0.1"
    return f"http://[{host}]:{settings.http_port}" if ":" in host else f"http://{host}:{settings.http_port}"
