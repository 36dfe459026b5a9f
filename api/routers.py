"""Which routes there are, and which of them need a token. A new router is added to one of these lists."""

from fastapi import APIRouter

from api.routes import (
    assessments,
    calculators,
    catalogue,
    files,
    health,
    instruments,
    lesions,
    metrics,
    protocols,
    readings,
    rules,
    scores,
    sites,
    store,
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
    scores.router,
    protocols.router,
    worklist.router,
)

# Under /api/v1, for everyone: calculators that touch no data.
OPEN: tuple[APIRouter, ...] = (calculators.router, rules.router, assessments.router, instruments.router)

# At the root, for everyone.
ROOT: tuple[APIRouter, ...] = (health.router, metrics.router)

# Under /dicom-web, for whoever has a token: where objects are taken.
UPLOADS: tuple[APIRouter, ...] = (store.router,)
