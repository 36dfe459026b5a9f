"""`osteon ledger` after a node was killed while an association was open: all that was sent is counted."""

import json
import os
import signal
from pathlib import Path

from tests.builders.door import ct
from tests.builders.peer import Peer, data_set_of, message, store_rq
from tests.services.lone_node import lone_node
from tests.services.mortal import with_descendants
from tests.services.processes import wait_for

UID = "1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322"


def test_duplicates_and_what_was_refused_are_counted_although_the_node_was_killed(tmp_path: Path) -> None:
    node = lone_node(tmp_path / "home")
    node.start()
    assert node.process is not None
    with Peer(node.dicom_port) as peer:
        peer.associate()
        statuses = []
        for announced in (UID, UID, UID, "1.2.3.4"):
            peer.send(*message(store_rq(announced), data_set_of(ct())))
            statuses.append(peer.reply().status)
        for process in with_descendants(node.process.pid):
            os.kill(process, signal.SIGKILL)
        node.process.wait()
    assert statuses == [0, 0, 0, 0xA900]
    (node.home / "token").write_text("none")  # `Product.osteon` shows it to every command
    node.start()

    def sums() -> dict[str, int] | None:
        (one,) = json.loads(node.osteon("ledger", "--json").stdout)["associations"]
        return one["counted"]  # type: ignore[no-any-return]

    try:
        wait_for(lambda: sums() is not None, "it is summed up", 20)
        counted = sums()
    finally:
        node.stop()
    assert counted is not None
    assert {name: counted[name] for name in ("received", "stored", "duplicates", "refused")} == {
        "received": 4,
        "stored": 1,
        "duplicates": 2,
        "refused": 1,
    }
