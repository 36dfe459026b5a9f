"""Where the server is: `http://host:port`, as typed."""

import re

import httpx

from osteon.transfer.errors import UsageError

HIGHEST_PORT = 65535
LONGEST_HOST = 253
"""RFC 1035 2.3.4, in the form that is sent."""

_LABEL = re.compile(r"[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?")


def checked_url(text: str) -> httpx.URL:
    """The URL, if it can be that of a server. Messages do not repeat it: it may hold a password."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UsageError("--url is not a URL") from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise UsageError("--url is not of the form http://host:port")
    if not _can_be_host(url.raw_host.decode("ascii")):
        raise UsageError("--url has a host name that cannot be one")
    if url.port is not None and not 0 < url.port <= HIGHEST_PORT:
        raise UsageError(f"--url has a port that is not between 1 and {HIGHEST_PORT}")
    return url


def _can_be_host(host: str) -> bool:
    if ":" in host:
        return True  # IPv6, which the URL's own syntax has checked
    return len(host) <= LONGEST_HOST and all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))
