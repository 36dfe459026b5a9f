"""Which routes there are, and which of them need signing in. A new router is added to one of these lists.

Each signed-in route states which roles it needs (`api.authentication.needs`); a test tries every one with every role.
"""

from fastapi import APIRouter

from api.routes import (
    assessments,
    audit,
    calculators,
    catalogue,
    changes,
    contexts,
    dicomweb_retrieve,
    dicomweb_search,
    drafts,
    files,
    health,
    instruments,
    lesion_changes,
    lesions,
    me,
    measurements,
    metrics,
    oidc,
    protocols,
    readings,
    rules,
    scores,
    sign_in,
    sites,
    store,
    users,
    worklist,
)

PREFIX = "/api/v1"
DICOM_WEB_PREFIX = "/dicom-web"

# Under /api/v1, for whoever has a token: the place for everything that touches data.
SIGNED_IN: tuple[APIRouter, ...] = (
    catalogue.router,
    files.router,
    sites.router,
    lesions.router,
    readings.router,
    drafts.router,
    scores.router,
    contexts.router,
    sign_in.out_router,
    me.router,
    users.router,
    audit.router,
    changes.router,
    measurements.router,
    protocols.router,
    worklist.router,
    lesion_changes.router,
)

# Under /api/v1, for everyone: calculators that touch no data, and the way in.
OPEN: tuple[APIRouter, ...] = (calculators.router, rules.router, assessments.router, instruments.router, sign_in.router)

# Under /api/v1, for everyone, where there is an identity provider.
SINGLE_SIGN_ON: tuple[APIRouter, ...] = (oidc.router,)

# At the root, for everyone.
ROOT: tuple[APIRouter, ...] = (health.router, metrics.router)

# Under /dicom-web, for whoever has a token: where objects are taken.
UPLOADS: tuple[APIRouter, ...] = (store.router,)

# Under /dicom-web, for whoever has a token: where objects are found and given.
ARCHIVE: tuple[APIRouter, ...] = (dicomweb_search.router, dicomweb_retrieve.router)
