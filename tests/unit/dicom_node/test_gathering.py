"""Few objects wait for more while more come, and not much longer."""

import pytest

from dicom_node.gathering import wait_for_more


class Outbox:
    """Holds as many objects as is said for each moment; the last number stays. Waiting is only counted."""

    def __init__(self, *depths: int, stops_after: float = float("inf")) -> None:
        self._depths = list(depths)
        self._stops_after = stops_after
        self.waited = 0.0

    def depth(self) -> int:
        return self._depths.pop(0) if len(self._depths) > 1 else self._depths[0]

    def wait(self, seconds: float) -> bool:
        self.waited += seconds
        return self.waited >= self._stops_after


@pytest.mark.parametrize(
    ("outbox", "seconds"),
    [
        pytest.param(Outbox(32), 0, id="enough"),
        pytest.param(Outbox(400), 0, id="plenty"),
        pytest.param(Outbox(5), 0.125, id="few, and nothing more comes"),
        pytest.param(Outbox(0), 0.125, id="nothing"),
        pytest.param(Outbox(5, 20, 31, 32), 0.075, id="until they are enough"),
        pytest.param(Outbox(5, 6, 6, 6, 6, 7, 7), 0.25, id="until nothing more has come for a while"),
        pytest.param(Outbox(*range(1, 30)), 0.25, id="no longer than a quarter of a second"),
        pytest.param(Outbox(9, 8, 7, 6), 0.125, id="fewer, for others take some away"),
        pytest.param(Outbox(*range(1, 30), stops_after=0.05), 0.05, id="until there is an end"),
    ],
)
def test_few_objects_wait_while_more_come(outbox: Outbox, seconds: float) -> None:
    wait_for_more(outbox.depth, outbox.wait)
    assert outbox.waited == pytest.approx(seconds)
