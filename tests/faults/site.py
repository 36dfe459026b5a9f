"""A site under test: a node with its own home, its Orthanc, the link between them, and the accounts of its PACS."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from dicom_node.quarantine import Quarantine
from dicom_node.uids import UidMap
from storage.database import open_database
from storage.errors import StorageError
from storage.keys import load_key_file
from storage.ledger import Ledger
from storage.orthanc import Orthanc
from tests.builders.many_objects import Specimen, identity_of, pixels_of
from tests.faults.accounts import Accounts, Holdings, Kept, Stored
from tests.faults.sending import ASSOCIATIONS, send
from tests.services.faulty_link import FaultyLink, faulty_link
from tests.services.mortal import MortalOrthanc, MortalProduct
from tests.services.processes import wait_for

SETTLE_SECONDS = 60.0


class Site:
    """Faults are done to its parts; `settle` then says whether the accounts are right."""

    def __init__(self, home: Path, orthanc: MortalOrthanc, link: FaultyLink, settings: dict[str, str]) -> None:
        """`settings` may name another way to Orthanc than the link."""
        self.orthanc = orthanc
        self.link = link
        self.accounts = Accounts()
        self.home = home
        self.settings = {"OSTEON_ORTHANC_URL": f"http://127.0.0.1:{link.port}/", **orthanc.environment(), **settings}
        self.node = MortalProduct(self.home, settings=dict(self.settings), command="node")
        self.api = MortalProduct(self.home, settings=dict(self.settings), command="api")
        self._looked_at: dict[str, Stored] = {}

    @property
    def registry(self) -> str:
        return self.settings.get("OSTEON_DATABASE_URL", f"sqlite:///{self.home / 'registry.sqlite'}")

    def send(self, specimens: Sequence[Specimen], associations: int = ASSOCIATIONS, calling: str = "PACS") -> None:
        send(self.node.dicom_port, specimens, self.accounts, associations, calling)

    def revive(self) -> None:
        """Start what was killed."""
        if not self.orthanc.is_running:
            self.orthanc.start()
        if self.node.process is None:
            self.node.start()
        if self.api.starts and self.api.process is None:
            self.start_api()

    def start_api(self) -> None:
        process = self.api.launch()
        wait_for(lambda: self.api_is_ready() or process.poll() is not None, "the API is ready")
        assert process.poll() is None, self.api.output

    def api_is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.api.url}/health/ready", trust_env=False, timeout=5).is_success
        except httpx.HTTPError:
            return False

    def in_quarantine(self) -> int:
        return len(list((self.home / "quarantine").glob("*.sealed")))

    def settle(self, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until the accounts are right; fail with what is wrong when they do not become so."""
        end = time.monotonic() + seconds
        while complaints := self.complaints():
            assert time.monotonic() < end, "; ".join(complaints)
            time.sleep(0.1)

    def complaints(self) -> list[str]:
        """What is wrong with the accounts now; while objects are on their way, something is."""
        keys = load_key_file(self.home / "vault" / "osteon.key")
        map_uid = UidMap(keys.derive("uid"))
        ledger = self._ledger()
        owed = {specimen.sop_instance_uid for specimen in self.accounts.acknowledged()}
        if len(ledger) < len(owed) - self.in_quarantine():
            return [f"{len(owed) - len(ledger)} acknowledged objects are not in the ledger"]
        try:
            stored = self._stored()
        except StorageError as error:
            return [f"Orthanc cannot be asked: {error}"]
        quarantine = Quarantine(self.home / "quarantine", keys)
        kept = [Kept(pixels_of(quarantine.open(label.quarantine_id)), label.reason) for label in quarantine.labels()]
        return self.accounts.complaints(Holdings(stored=stored, ledger=ledger, quarantined=kept), map_uid)

    def _ledger(self) -> dict[str, str]:
        engine = open_database(self.registry)
        try:
            return dict(Ledger(engine).object_ids())
        finally:
            engine.dispose()

    def _stored(self) -> dict[str, Stored]:
        """Orthanc asked directly, not over the link; objects looked at before are not read again."""
        client = self.orthanc.client()
        try:
            present = list(client.instance_ids())
            return {name: self._look_at(client, name) for name in present}
        finally:
            client.close()

    def _look_at(self, client: Orthanc, name: str) -> Stored:
        if name not in self._looked_at:
            self._looked_at[name] = Stored(*identity_of(b"".join(client.read(name))))
        return self._looked_at[name]


@contextmanager
def running_site(
    folder: Path,
    settings: dict[str, str] | None = None,
    *,
    home: Path | None = None,
    orthanc_home: Path | None = None,
    over_link: bool = True,
) -> Iterator[Site]:
    """A site that runs, until it is ended. `over_link`: whether its Orthanc is reached over a link that can be bad."""
    orthanc = MortalOrthanc(orthanc_home or folder / "orthanc-home")
    orthanc.start()
    try:
        with faulty_link(orthanc.port) as link:
            direct = {} if over_link else {"OSTEON_ORTHANC_URL": orthanc.url}
            site = Site(home or folder / "home", orthanc, link, direct | (settings or {}))
            try:
                site.node.start()
                yield site
            finally:
                for part in (site.api, site.node):
                    if part.process is not None:
                        part.kill()
    finally:
        orthanc.stop()
