"""Changes that a browser makes with its cookie must come from a page of this site (no cross-site request forgery)."""

import hmac

from fastapi import Request

from api.errors import CrossSiteError
from storage.sessions import request_token

HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_change(request: Request, secret: str, own_origin: str) -> None:
    """Raises CrossSiteError, unless the request changes nothing or carries the token of its session."""
    if request.method in SAFE_METHODS:
        return
    check_origin(request, own_origin)
    sent = request.headers.get(HEADER, "")
    if not hmac.compare_digest(sent.encode(), request_token(secret).encode()):
        raise CrossSiteError


def check_origin(request: Request, own_origin: str) -> None:
    """Browsers say which site a change comes from; programs need not. Raises CrossSiteError for another one."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() != own_origin:
        raise CrossSiteError
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise CrossSiteError
