"""Accounts of a home: what the ledger says, and what still lies in the outboxes."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Engine

from osteon.outboxes import kept_in, object_folders
from osteon.settings import Settings
from storage.account_records import AssociationAccount, StudyAccount
from storage.ledger import Ledger
from storage.ledger_accounts import Accounts


@dataclass(slots=True)
class Waiting:
    """How many objects lie in outboxes and have no row yet."""

    by_association: Counter[str] = field(default_factory=Counter)
    by_study: Counter[str] = field(default_factory=Counter)


def waiting_in_home(settings: Settings, registry: Engine) -> Waiting:
    entries = [one.entry for one in kept_in(object_folders(settings.home)) if not one.record.is_done]
    places = Ledger(registry).places([entry.sop_instance_uid for entry in entries])
    written = {(place.association_id, place.sop_instance_uid) for place in places}
    waiting = Waiting()
    for entry in entries:
        if (entry.association_id, entry.sop_instance_uid) not in written:
            waiting.by_association[entry.association_id] += 1
            waiting.by_study[entry.study_instance_uid] += 1
    return waiting


def association_accounts(
    settings: Settings, registry: Engine, association_ids: Collection[str]
) -> list[AssociationAccount]:
    """Accounts of these. What seems to be missing is looked for once more: objects move while they are counted."""
    found = _associations(settings, registry, association_ids)
    missing = [one.association_id for one in found if is_missing(one)]
    if missing:
        again = {one.association_id: one for one in _associations(settings, registry, missing)}
        found = [again.get(one.association_id, one) for one in found]
    return found


def study_account(settings: Settings, registry: Engine, study_instance_uid: str) -> StudyAccount | None:
    """None when nothing is known of it. As above."""
    found = _study(settings, registry, study_instance_uid)
    return _study(settings, registry, study_instance_uid) if found is not None and is_missing(found) else found


def is_missing(of: AssociationAccount | StudyAccount) -> bool:
    """Whether objects that were taken are nowhere, or lost."""
    return of.account.found.lost > 0 or (of.account.unaccounted or 0) > 0


def _associations(settings: Settings, registry: Engine, ids: Collection[str]) -> list[AssociationAccount]:
    return Accounts(registry).associations(ids, waiting_in_home(settings, registry).by_association)


def _study(settings: Settings, registry: Engine, uid: str) -> StudyAccount | None:
    return Accounts(registry).study(uid, waiting_in_home(settings, registry).by_study[uid])
