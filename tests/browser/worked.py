"""What happens behind the researcher's and the custodian's page: images that can be released, a worker, a busy door."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from storage.jobs.leases import Leases
from storage.jobs.records import Job
from storage.ledger_quarantine import QuarantineLedger
from storage.ledger_records import StoredObject
from storage.quarantine_records import Attempt, Decision, Fate
from storage.releases.building import Builder
from storage.releases.job import KIND
from storage.series_facts import SeriesFacts
from tests.browser.site import KEEPER, Site
from tests.builders.custody import association, moment, quarantined, rejected
from tests.builders.ledger import stored_object
from tests.builders.releases import Foreground, content, sized

STUDY = "2.25.7001"
BYTES = 3000
KEPT = {"missing_patient_id": 3, "residue": 2, "conflict": 1, "study_conflict": 1}
"""What is in quarantine, by reason."""


def releasable(site: Site, objects: Iterable[StoredObject]) -> list[StoredObject]:
    """The same objects, with bytes in the image store that are as the ledger says."""
    found = [
        replace(
            each,
            **sized(each.sop_instance_uid, BYTES),
            orthanc_id=f"image-{each.sop_instance_uid}",
            series_facts=SeriesFacts(slice_thickness_mm=1.25, kernel="B70f", manufacturer="SIEMENS"),
        )
        for each in objects
    ]
    for each in found:
        site.images.files[each.orthanc_id] = content(each.sop_instance_uid, each.size)
    return found


class Worker:
    """Does the next job step by step, as a test wants to see it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._leases = Leases(site.engine)

    def take(self) -> Job:
        job = self._leases.take({KIND}, "worker of a test")
        assert job is not None
        return job

    def tell(self, job: Job, done: int, total: int) -> None:
        assert job.lease is not None
        assert not self._leases.tell(job.lease, done, total, "images")

    def finish(self, job: Job) -> None:
        """All of it at once."""
        assert job.lease is not None
        parts, engine = self._site.releases, self._site.engine
        builder = Builder(engine, parts.made, cohorts=parts.cohorts, images=self._site.images)  # type: ignore[arg-type]
        builder.build(int(job.parameters["number"]), Foreground())
        self._leases.finish(job.lease, {})


def busy_door(site: Site) -> None:
    """Four associations: one that balances, one that does not, one that was broken off, one that is open."""
    at = moment()
    counts = {"stored": 3, "duplicates": 2, "quarantined": 7, "refused": 1}
    opened = {number: at - timedelta(hours=number) for number in range(4)}
    site.ledger.record_facts(
        [
            association("a-balanced", opened_at=opened[1], **counts),
            association("a-missing", opened_at=opened[2], calling_ae_title="CT1", stored=2),
            association("a-broken", opened_at=opened[3], calling_ae_title="MR1", outcome="aborted", refused=4),
            rejected(at),
        ]
    )
    site.ledger.record(
        [
            stored_object(
                sop_instance_uid=f"{STUDY}.1.{number}",
                study_instance_uid=STUDY,
                series_instance_uid=f"{STUDY}.1",
                association_id="a-balanced" if number < 3 else "a-open",
                received_at=at,
            )
            for number in range(4)
        ]
    )
    reasons = [reason for reason, count in KEPT.items() for _ in range(count)]
    kept = [
        quarantined(
            f"q-{number}",
            "a-balanced",
            reason,
            received_at=at - timedelta(minutes=number),
            study_instance_uid=STUDY if "conflict" in reason else None,
        )
        for number, reason in enumerate(reasons)
    ]
    gone = quarantined("q-gone", "a-earlier", "unreadable", received_at=at - timedelta(days=3))
    site.ledger.record_facts([*kept, gone])
    ledger = QuarantineLedger(site.engine)
    ledger.record_attempts([Attempt(quarantine_id="q-4", at=at, reason="residue")])
    ledger.record_decisions([Decision(kept=gone, fate=Fate.DESTROYED, at=at, by=KEEPER, reason="sent by mistake")])
