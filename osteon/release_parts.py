"""Releases put together from the settings: for the API, which begins and gives them, and for the worker that builds."""

import importlib
from uuid import UUID

from sqlalchemy import Engine

from api.release_parts import ReleaseParts
from dicom_node.pseudonymisation.profile import DEFAULT, read_profile
from osteon.orthanc_access import connect
from osteon.release_folders import RELEASES
from osteon.release_versions import built_with, versions
from osteon.settings import Settings
from storage.releases.building import Builder
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.converting import Computing, FolderConverter
from storage.releases.job import JobBuilds, ReleaseHandler
from storage.releases.made import MadeFiles
from storage.releases.masking import FolderMasks
from storage.releases.nifti_volumes import convert_folder, make_masks
from storage.releases.ports import ImageFiles


def release_parts(settings: Settings, engine: Engine) -> ReleaseParts:
    """Raises ProfileError."""
    profile = DEFAULT if settings.profile is None else read_profile(settings.profile)
    return ReleaseParts(
        made=MadeFiles(settings.home / RELEASES),
        versions=versions(profile),
        cohorts=ReleaseCohorts(engine),
        builds=JobBuilds(engine),
    )


def release_handler(settings: Settings, engine: Engine, computing: Computing) -> ReleaseHandler:
    """What builds releases as jobs of the kind `storage.releases.job.KIND`. Raises CredentialsError.

    `computing`: where series are converted; it must see the home folder.
    """
    images = connect(settings)
    builder = Builder(
        engine,
        MadeFiles(settings.home / RELEASES),
        cohorts=ReleaseCohorts(engine),
        images=images,
        converter=FolderConverter(images, computing, convert_folder),
        mask_maker=FolderMasks(images, computing, make_masks),
        masks=_Masks(engine, images),
        reports=_Reports(engine, images),
        built_with=built_with(),
    )
    return ReleaseHandler(builder)


class _Masks:
    """Satisfies `storage.releases.ports.Masks`. What makes masks is loaded when the first one is made."""

    def __init__(self, engine: Engine, images: ImageFiles) -> None:
        self._engine = engine
        self._images = images

    def file_of(self, reading_id: UUID, revision: int) -> bytes:
        making = importlib.import_module("osteon.mask_making")
        made: bytes = making.DrawnMaskMaker(engine=self._engine, store=self._images).file_of(reading_id, revision)
        return made


class _Reports:
    """Satisfies `storage.releases.ports.Reports`. What makes reports is loaded when the first one is made."""

    def __init__(self, engine: Engine, images: ImageFiles) -> None:
        self._engine = engine
        self._images = images

    def file_of(self, reading_id: UUID, revision: int) -> bytes:
        making = importlib.import_module("osteon.report_making")
        made: bytes = making.ReportMaker(engine=self._engine, store=self._images).file_of(reading_id, revision)
        return made
