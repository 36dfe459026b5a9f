"""A study that two readers read blindly, and what each finds on it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx

from storage.ledger import Ledger
from tests.browser.furnished import COLLAPSED, L3, OTHERS, PLAIN, RIB, WORSE, image, other_patient, other_study
from tests.browser.site import JUDGE, READER, SECOND, Site
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OLD_STUDY
from tests.integration.api.reading import Json

LABELS = {READER: "Dr reader", SECOND: "Dr second", JUDGE: "Dr judge"}
NAME = "Spine CT, two blind readers"
FRAME = "2.25.4001"

LEVELS = ("T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4")
TYPES = {
    READER: ("lytic",) * 6 + ("mixed",) * 3 + ("blastic",) * 3,
    SECOND: ("lytic",) * 4 + ("mixed",) * 4 + ("blastic",) * 4,
}
AXES = {
    READER: (12, 14, 15.5, 17, 18, 20, 21, 23, 24, 26, 28, 30),
    SECOND: (13, 13, 16.5, 17, 19, 22, 20, 24, 25, 27, 27, 33),
}
"""What each says of the lesions at LEVELS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindStudy:
    """One study under a double blind protocol. `client_of`: somebody's own requests, by user name."""

    client_of: Callable[[str], httpx.Client]
    patient: str
    study: str
    protocol_id: str = ""
    assignment_id: str = ""

    @property
    def page(self) -> str:
        return f"/adjudication/{self.assignment_id}"

    def read(self, reader: str, place: Json, findings: Json, *, x: float | None = None) -> Json:
        """One lesion that this reader opens and reads. `x`: where it is drawn, in mm."""
        body: Json = {"study_instance_uid": self.study, "findings": findings}
        if x is not None:
            points = [{"x": x, "y": 0, "z": 0}, {"x": x + 2, "y": 0, "z": 0}]
            body["geometry"] = {"frame_of_reference_uid": self.frame, "points": points}
        with self.client_of(reader) as client:
            lesion = posted(client, f"patients/{self.patient}/lesions", {"site": place})
            return posted(client, f"lesions/{lesion['lesion_id']}/readings", body)

    @property
    def frame(self) -> str:
        return FRAME if self.study == OLD_STUDY else f"{self.study}.9"

    def sign(self, *readers: str) -> None:
        for reader in readers:
            with self.client_of(reader) as client:
                posted(client, f"assignments/{self.assignment_id}/complete", None)

    def comparison(self) -> Json:
        with self.client_of(JUDGE) as client:
            answer = client.get(f"/api/v1/assignments/{self.assignment_id}/comparison")
        assert answer.status_code == 200, answer.text
        compared: Json = answer.json()
        return compared


def blind_study(site: Site, study: str = OLD_STUDY, name: str = NAME) -> BlindStudy:
    return given(BlindStudy(client_of=site.client, patient=PSEUDONYM, study=study), name)


def given(blind: BlindStudy, name: str) -> BlindStudy:
    """Under a new protocol, to both readers and the adjudicator."""
    with blind.client_of(READER) as client:
        protocol = posted(client, "protocols", {"name": name, "kind": "double_blind"})
        people = {"readers": [LABELS[READER], LABELS[SECOND]], "adjudicator": LABELS[JUDGE]}
        body = {**people, "study_instance_uids": [blind.study]}
        (assigned,) = posted(client, f"protocols/{protocol['protocol_id']}/assignments", body)["items"]
    return replace(blind, protocol_id=protocol["protocol_id"], assignment_id=assigned["assignment_id"])


def read_by_both(blind: BlindStudy) -> None:
    """A vertebra that both found and described differently, and a rib that the second reader alone found."""
    blind.read(READER, L3, COLLAPSED | {"long_axis_mm": 20}, x=10)
    blind.read(SECOND, L3, WORSE | {"long_axis_mm": 24}, x=13)
    blind.read(SECOND, RIB, PLAIN)
    blind.sign(READER, SECOND)


def twelve_read_by_both(blind: BlindStudy) -> None:
    """Twelve vertebrae that both have read, and one that the second reader alone has."""
    for reader in (READER, SECOND):
        for level, lesion_type, axis in zip(LEVELS, TYPES[reader], AXES[reader], strict=True):
            blind.read(reader, {"bone": "vertebra", "level": level}, described(lesion_type, axis))
    blind.read(SECOND, {"bone": "vertebra", "level": "C4"}, described("mixed", 9))
    blind.sign(READER, SECOND)


def described(lesion_type: str, axis: float) -> Json:
    return {"lesion_type": lesion_type, "long_axis_mm": axis, "alignment": "normal"}


def furnish_blind(ledger: Ledger, client_of: Callable[[str], httpx.Client]) -> dict[str, str]:
    """Studies under blind protocols for pictures, beside what `furnish` makes: ids of protocols and assignments."""
    numbers = range(OTHERS, OTHERS + 3)
    ledger.record([image(other_patient(number), other_study(number), number, "CT", 0) for number in numbers])
    agreed, compared, begun = (
        given(BlindStudy(client_of=client_of, patient=other_patient(number), study=other_study(number)), name)
        for number, name in zip(numbers, ("Twelve vertebrae", "Lumbar spine CT", "Thoracic spine CT"), strict=True)
    )
    twelve_read_by_both(agreed)
    read_by_both(compared)
    return {
        "agreed": agreed.protocol_id,
        "compared": compared.assignment_id,
        "begun": begun.protocol_id,
        "blind": begun.assignment_id,
    }


def posted(client: httpx.Client, path: str, body: Json | None) -> Json:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.is_success, answer.text
    made: Json = answer.json()
    return made
