"""Puts the routes into the application, and knows every name that they describe."""

from functools import cache
from http import HTTPStatus

from fastapi import Depends

from api import openapi
from api.audit_trail import attributed
from api.authentication import signed_in
from api.routers import (
    ARCHIVE,
    DICOM_WEB_PREFIX,
    OPEN,
    PREFIX,
    RELEASE_ARCHIVES,
    RELEASES,
    ROOT,
    SIGNED_IN,
    SINGLE_SIGN_ON,
    UPLOADS,
)
from api.validation import names

# Who is asking, and that the audit log says so.
SIGNED_IN_ONLY = [Depends(signed_in), Depends(attributed)]


# Of every route that needs signing in.
REFUSALS = openapi.problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def include_routes(
    app: openapi.DescribedApp, *, single_sign_on: bool, releases: bool, uploads: bool, archive: bool
) -> None:
    """The routes that are always there, and those whose parts are."""
    for router in ROOT:
        app.include_router(router)
    for router in (*OPEN, *(SINGLE_SIGN_ON if single_sign_on else ())):
        app.include_router(router, prefix=PREFIX)
    for router in (*SIGNED_IN, *(RELEASES if releases else ())):
        app.include_router(router, prefix=PREFIX, dependencies=SIGNED_IN_ONLY, responses=REFUSALS)
    of_releases = RELEASE_ARCHIVES if archive and releases else ()
    for router in (*(UPLOADS if uploads else ()), *(ARCHIVE if archive else ()), *of_releases):
        app.include_router(router, prefix=DICOM_WEB_PREFIX, dependencies=SIGNED_IN_ONLY, responses=REFUSALS)


@cache
def known_names() -> frozenset[str]:
    """Every property and parameter of all routes, also of those that this node does without.

    Found once in a process: the description of so many routes takes half a second to make.
    """
    everything = openapi.DescribedApp(known_names=known_names, generate_unique_id_function=openapi.operation_id)
    include_routes(everything, single_sign_on=True, releases=True, uploads=True, archive=True)
    return frozenset(names(everything.openapi()))
