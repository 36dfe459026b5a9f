"""Agreement of a protocol's blind readers over HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine

from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY, UNDATED_STUDY
from tests.integration.api.blind import ANNE, BEN, MANAGER, PEOPLE, Clients, assign, complete, make_protocol
from tests.integration.api.reading import VERTEBRA_FINDINGS, Json, open_lesion, record_reading

STUDIES = (OLD_STUDY, NEW_STUDY, UNDATED_STUDY)


@pytest.fixture
def clients(url: str, engine: Engine, ledger: Ledger) -> Iterator[Clients]:
    ledger.record(OBJECTS)
    with ExitStack() as stack:
        opened = {}
        for name in PEOPLE:
            role = Role.ADMINISTRATOR if name == MANAGER else Role.RADIOLOGIST
            token = Tokens(engine).create(name, roles=[role])
            headers = {"Authorization": f"Bearer {token}"}
            opened[name] = stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=30))
        yield Clients(by_name=opened)


def told(client: httpx.Client, protocol: Json) -> Json:
    answer = client.get(f"/api/v1/protocols/{protocol['protocol_id']}/agreement")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def item(found: Json, name: str) -> Json:
    (one,) = [each for each in found["items"] if each["item"] == name]
    rated: Json = one
    return rated


def test_agreement_grows_with_each_study_that_both_have_signed(clients: Clients) -> None:
    protocol = make_protocol(clients[MANAGER])
    kinds = {ANNE: ("lytic", "mixed", "lytic"), BEN: ("lytic", "mixed", "mixed")}
    lengths = {ANNE: (20, 31, 42.5), BEN: (21, 30, 44.5)}
    nothing = told(clients[MANAGER], protocol)
    assert (nothing["studies"], nothing["readers"]) == (0, [])
    assert item(nothing, "lesion_type")["kappas"][0]["reason"] == {
        "code": "too_few_cases",
        "en": "At least 2 cases are needed that both readers answered.",
        "fr": "Il faut au moins 2 cas auxquels les deux lecteurs ont répondu.",
    }
    for place, study in enumerate(STUDIES):
        assignment = assign(clients[MANAGER], protocol, study_instance_uids=[study])
        for name in (ANNE, BEN):
            before = told(clients[MANAGER], protocol)
            seen = {"lesion_type": kinds[name][place], "long_axis_mm": lengths[name][place], "short_axis_mm": 10}
            record_reading(
                clients[name],
                open_lesion(clients[name]),
                study_instance_uid=study,
                findings=VERTEBRA_FINDINGS | seen,
                geometry=None,
            )
            if name == ANNE:
                complete(clients[name], assignment)
            for anybody in (MANAGER, ANNE, BEN):
                assert told(clients[anybody], protocol) == before
        complete(clients[BEN], assignment)
        assert told(clients[MANAGER], protocol)["studies"] == place + 1

    found = told(clients[BEN], protocol)
    assert (found["readers"], found["cases"], found["seen_by_one"]) == ([ANNE, BEN], 3, 0)
    kind = item(found, "lesion_type")
    assert (kind["cases"], kind["label_fr"]) == (3, "type de lésion")
    assert kind["confusion"]["table"] == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    # Agreement 2/3, by chance (2 x 1 + 1 x 2) / 9: kappa (6/9 - 4/9) / (5/9).
    assert [(each["method"], each["weights"]) for each in kind["kappas"]] == [
        ("cohen", "none"),
        ("cohen", "linear"),
        ("cohen", "quadratic"),
    ]
    assert kind["kappas"][0]["value"] == pytest.approx(0.4)
    published = item(found, "sins.lesion_type")["literature"]
    assert (published["low"], published["high"], len(published["series"])) == (0.21, 0.244, 2)
    length = item(found, "long_axis_mm")
    assert [each["form"] for each in length["icc"]] == ["ICC(2,1)", "ICC(3,1)"]
    assert length["bland_altman"]["bias"] == pytest.approx((-1 + 1 - 2) / 3)
    assert [each["difference"] for each in length["bland_altman"]["points"]].count(-2.0) == 1
    assert item(found, "retropulsion")["kappas"][0]["reason"]["code"] == "constant"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_agreement_is_of_double_blind_protocols_that_exist(clients: Clients) -> None:
    single = make_protocol(clients[MANAGER], kind="single")
    path = "/api/v1/protocols/{}/agreement"
    assert clients[ANNE].get(path.format(single["protocol_id"])).status_code == 409
    assert clients[ANNE].get(path.format(uuid4())).status_code == 404
