"""Which routes there are, and which of them need signing in. A new router is added to one of these lists.

Each signed-in route states which roles it needs (`api.authentication.needs`); a test tries every one with every role.
"""

from fastapi import APIRouter

from api.routes import (
    assessments,
    calculators,
    catalogue,
    contexts,
    files,
    health,
    instruments,
    lesion_changes,
    lesions,
    metrics,
    readings,
    rules,
    scores,
    sites,
    store,
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
    scores.router,
    contexts.router,
    lesion_changes.router,
)

# Under /api/v1, for everyone: calculators that touch no data.
OPEN: tuple[APIRouter, ...] = (calculators.router, rules.router, assessments.router, instruments.router)

# At the root, for everyone.
ROOT: tuple[APIRouter, ...] = (health.router, metrics.router)

# Under /dicom-web, for whoever has a token: where objects are taken.
UPLOADS: tuple[APIRouter, ...] = (store.router,)
