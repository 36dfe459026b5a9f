"""The API alone, served with a registry that a test fills: the light way to have a workbench in a browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import Engine

from annotation.roles import Role
from api.app import create_app
from api.dicomweb.archive import Archive
from api.event_streams import EventStreams
from api.provider import Provider
from api.release_parts import ReleaseParts
from api.sign_in import SignIn, sign_in_parts
from storage.database import open_database
from storage.ledger import Ledger
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.job import JobBuilds
from storage.releases.made import MadeFiles
from tests.builders.accounts import add_account, cheap_passwords
from tests.builders.dicomweb import EmptySource
from tests.builders.images import FakeImages
from tests.builders.releases import VERSIONS
from tests.services.http import serving

READER, SECOND, JUDGE, CLINICIAN, RESEARCHER, KEEPER, ADMINISTRATOR = (
    "reader", "second", "judge", "clinician", "researcher", "keeper", "chief"
)  # fmt: skip
PEOPLE = {
    READER: Role.RADIOLOGIST,
    SECOND: Role.RADIOLOGIST,
    JUDGE: Role.RADIOLOGIST,
    CLINICIAN: Role.CLINICIAN,
    RESEARCHER: Role.RESEARCHER,
    KEEPER: Role.CUSTODIAN,
    ADMINISTRATOR: Role.ADMINISTRATOR,
}
"""User names, and what each may do; their labels are "Dr reader" and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running API, and what a test reaches behind it."""

    url: str
    engine: Engine
    ledger: Ledger
    images: FakeImages
    sign_in: SignIn
    releases: ReleaseParts

    def client(self, user_name: str) -> httpx.Client:
        """Somebody's own requests, beside the browser's, recorded under their label."""
        account = next(each for each in self.sign_in.accounts.all() if each.user_name == user_name)
        _, token = self.sign_in.personal_tokens.create(account.id, name=f"test {uuid4()}", roles=account.roles, days=1)
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
        )


@contextmanager
def running_site(folder: Path, migrated: Path, provider: Provider | None = None) -> Iterator[Site]:
    """On a copy of the migrated file, with an account for each of PEOPLE."""
    file = folder / "registry.sqlite"
    shutil.copyfile(migrated, file)
    engine = open_database(f"sqlite:///{file}")
    way_in = sign_in_parts(engine, passwords=cheap_passwords(), provider=provider)
    for name, role in PEOPLE.items():
        add_account(way_in.accounts, name, role)
    images = FakeImages()
    releases = ReleaseParts(
        made=MadeFiles(folder / "releases"),
        versions=lambda: VERSIONS,
        cohorts=ReleaseCohorts(engine),
        builds=JobBuilds(engine),
    )
    events = EventStreams(look_every_seconds=0.1)
    app = create_app(
        engine=engine,
        images=images,
        sign_in=way_in,
        events=events,
        archive=Archive(EmptySource(), 2),
        releases=releases,
    )
    try:
        with serving(app) as url:
            yield Site(url=url, engine=engine, ledger=Ledger(engine), images=images, sign_in=way_in, releases=releases)
            events.end()
    finally:
        engine.dispose()
