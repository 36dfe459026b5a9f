"""Reading the configuration again while everything goes on: all parts are read and checked, then all put in force.

When one of them cannot be used, none is, and a line says what is wrong with it.
"""

import logging
from collections.abc import Callable, Mapping

from dicom_node.metrics import Metrics

log = logging.getLogger("osteon.reload")

Prepare = Callable[[], Callable[[], None]]
"""Reads and checks a part of the configuration; what it returns puts it in force, and cannot fail."""


class Reloading:
    """The parts, by names that an administrator knows them by."""

    def __init__(self, parts: Mapping[str, Prepare], expected: tuple[type[Exception], ...], metrics: Metrics) -> None:
        """`expected`: what a part raises that cannot be used; its message says why."""
        self._parts = parts
        self._expected = expected
        self._metrics = metrics

    def refuse(self) -> None:
        """The process that starts this one found that the configuration cannot be used, and has said why."""
        self._metrics.reloaded(is_done=False)

    def reload(self) -> bool:
        """Whether everything is in force as it is now on disk."""
        ready, wrong = [], []
        for name, prepare in self._parts.items():
            try:
                ready.append(prepare())
            except self._expected as error:
                wrong.append(f"{name}: {error}")
        self._metrics.reloaded(is_done=not wrong)
        if wrong:
            log.error("the configuration was not read again, the old one stays: %s", "; ".join(wrong))
            return False
        for put_in_force in ready:
            put_in_force()
        log.info("the configuration was read again: %s; open associations go on as they began", ", ".join(self._parts))
        return True
