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
    cohorts,
    contexts,
    custody,
    data_quality,
    dicomweb_releases,
    dicomweb_retrieve,
    dicomweb_search,
    drafts,
    files,
    health,
    imports,
    instruments,
    jobs,
    lesion_changes,
    lesions,
    me,
    measurements,
    meeting_dossiers,
    meetings,
    metrics,
    oidc,
    protocols,
    readings,
    record,
    release_files,
    releases,
    reports,
    rules,
    scores,
    sheets,
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
    reports.router,
    drafts.router,
    scores.router,
    contexts.router,
    record.router,
    data_quality.router,
    sign_in.out_router,
    me.router,
    users.router,
    audit.router,
    custody.router,
    changes.router,
    measurements.router,
    imports.router,
    jobs.router,
    protocols.router,
    worklist.router,
    cohorts.router,
    lesion_changes.router,
    sheets.router,
    meetings.router,
    meeting_dossiers.router,
)

# Under /api/v1, for everyone: calculators that touch no data, and the way in.
OPEN: tuple[APIRouter, ...] = (calculators.router, rules.router, assessments.router, instruments.router, sign_in.router)

# Under /api/v1, for everyone, where there is an identity provider.
SINGLE_SIGN_ON: tuple[APIRouter, ...] = (oidc.router,)

# At the root, for everyone.
ROOT: tuple[APIRouter, ...] = (health.router, metrics.router)

# Under /dicom-web, for whoever has a token: where objects are taken.
UPLOADS: tuple[APIRouter, ...] = (store.router,)

# Under /api/v1, for whoever has a token: what is given to researchers.
RELEASES: tuple[APIRouter, ...] = (releases.router, release_files.router)

# Under /dicom-web, for whoever has a token: where objects are found and given.
ARCHIVE: tuple[APIRouter, ...] = (dicomweb_search.router, dicomweb_retrieve.router)

# Under /dicom-web, for whoever has a token: releases as image stores.
RELEASE_ARCHIVES: tuple[APIRouter, ...] = (dicomweb_releases.router,)
