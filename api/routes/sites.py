"""Places in the skeleton that a lesion can be in."""

from fastapi import APIRouter

from api.access import ANYBODY
from api.openapi import problems
from api.schemas.sites import SkeletonOut

router = APIRouter(tags=["lesions"], responses=problems(401, 503))


@router.get("/sites", dependencies=[ANYBODY])
def list_sites() -> SkeletonOut:
    """Every bone with its levels, regions and sides, their names and their verified codes."""
    return SkeletonOut.whole()
