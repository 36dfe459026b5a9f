"""Puts the routes into the application, and knows every name that they describe."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from http import HTTPStatus

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

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


@dataclass(frozen=True, eq=False)
class _Included:
    """Routers under a prefix; `guarded`: for those who are signed in."""

    routers: Sequence[APIRouter]
    prefix: str = ""
    guarded: bool = False

    @cached_property
    def routes(self) -> Sequence[BaseRoute]:
        """The same objects for every application of a process.

        FastAPI works out what each route needs and answers when it is first asked, once for each time that its router
        was included: 0.2 s, which the description of all names and every application of a process would each pay.
        """
        around = APIRouter(generate_unique_id_function=openapi.operation_id)
        for router in self.routers:
            if self.guarded:
                around.include_router(router, prefix=self.prefix, dependencies=SIGNED_IN_ONLY, responses=REFUSALS)
            else:
                around.include_router(router, prefix=self.prefix)
        return around.routes


_ROOT = _Included(ROOT)
_OPEN = _Included(OPEN, PREFIX)
_SINGLE_SIGN_ON = _Included(SINGLE_SIGN_ON, PREFIX)
_SIGNED_IN = _Included(SIGNED_IN, PREFIX, guarded=True)
_RELEASES = _Included(RELEASES, PREFIX, guarded=True)
_UPLOADS = _Included(UPLOADS, DICOM_WEB_PREFIX, guarded=True)
_ARCHIVE = _Included(ARCHIVE, DICOM_WEB_PREFIX, guarded=True)
_RELEASE_ARCHIVES = _Included(RELEASE_ARCHIVES, DICOM_WEB_PREFIX, guarded=True)


def include_routes(
    app: openapi.DescribedApp, *, single_sign_on: bool, releases: bool, uploads: bool, archive: bool
) -> None:
    """The routes that are always there, and those whose parts are."""
    wanted = {
        _ROOT: True,
        _OPEN: True,
        _SINGLE_SIGN_ON: single_sign_on,
        _SIGNED_IN: True,
        _RELEASES: releases,
        _UPLOADS: uploads,
        _ARCHIVE: archive,
        _RELEASE_ARCHIVES: archive and releases,
    }
    for included, is_wanted in wanted.items():
        if is_wanted:
            app.router.routes.extend(included.routes)


@cache
def known_names() -> frozenset[str]:
    """Every property and parameter of all routes, also of those that this node does without.

    Found once in a process: the description of so many routes takes half a second to make.
    """
    everything = openapi.DescribedApp(known_names=known_names, generate_unique_id_function=openapi.operation_id)
    include_routes(everything, single_sign_on=True, releases=True, uploads=True, archive=True)
    return frozenset(names(everything.openapi()))
