"""What the node's state is, looked at again and again: outbox, disk, quarantine, and whether it works at all."""

import time
from collections import Counter
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge

from dicom_node.outbox import Outbox
from dicom_node.quarantine import Quarantine

QUARANTINE_EVERY_SECONDS = 10.0


class NodeStates:
    """Gauges in `registry`, set anew by each `refresh`."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        outbox: Outbox,
        quarantine: Quarantine,
        works: Callable[[], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`works`: whether everything that must run does."""
        self._outbox = outbox
        self._quarantine = quarantine
        self._works = works
        self._clock = clock
        self._looked_at = float("-inf")
        self._kept: dict[str, tuple[str, int]] = {}
        self._objects = Gauge("osteon_outbox_objects", "Objects that wait for Orthanc", registry=registry)
        self._bytes = Gauge("osteon_outbox_bytes", "Bytes of the objects that wait for Orthanc", registry=registry)
        self._age = Gauge(
            "osteon_outbox_oldest_age_seconds",
            "How long the oldest object has waited for Orthanc; 0: none waits",
            registry=registry,
        )
        self._free = Gauge("osteon_disk_free_bytes", "Free on the disk of the outbox", registry=registry)
        self._needed = Gauge(
            "osteon_disk_needed_bytes",
            "With less free, objects are refused for now (0xA700); below twice as much, senders are slowed down",
            registry=registry,
        )
        self._sealed = Gauge("osteon_quarantine_objects", "Objects in quarantine", ["reason"], registry=registry)
        self._sealed_bytes = Gauge(
            "osteon_quarantine_bytes", "Bytes of the objects in quarantine", ["reason"], registry=registry
        )
        self._heartbeat = Gauge(
            "osteon_node_heartbeat_time_seconds", "When the node last found that it works", registry=registry
        )
        self._working = Gauge(
            "osteon_node_working", "1: listener and forwarder of every process run; 0: not", registry=registry
        )
        Gauge("osteon_node_processes", "Processes of the node", registry=registry).set(1)

    def refresh(self) -> None:
        """Raises OSError."""
        works = self._works()
        self._working.set(works)
        if works:
            self._heartbeat.set(self._clock())
        self._look_at_outbox()
        if self._clock() - self._looked_at >= QUARANTINE_EVERY_SECONDS:
            self._looked_at = self._clock()
            self._look_at_quarantine()

    def _look_at_outbox(self) -> None:
        depth, room = self._outbox.depth_in_full(), self._outbox.room()
        self._objects.set(depth.objects)
        self._bytes.set(depth.size)
        oldest = depth.oldest
        self._age.set(0 if oldest is None else max(0.0, self._clock() - oldest.timestamp()))
        self._free.set(room.free)
        self._needed.set(room.needed)

    def _look_at_quarantine(self) -> None:
        """Labels are read once: they never change."""
        there = set(self._quarantine.ids())
        gone = self._kept.keys() - there
        for quarantine_id in gone:
            del self._kept[quarantine_id]
        for quarantine_id in there - self._kept.keys():
            try:
                label = self._quarantine.label(quarantine_id)
            except (OSError, ValueError, KeyError):  # it has just gone, or is damaged: `osteon quarantine` tells
                continue
            self._kept[quarantine_id] = label.reason.value, label.size
        objects, sizes = Counter[str](), Counter[str]()
        for reason, size in self._kept.values():
            objects[reason] += 1
            sizes[reason] += size
        self._sealed.clear()
        self._sealed_bytes.clear()
        for reason in objects:
            self._sealed.labels(reason).set(objects[reason])
            self._sealed_bytes.labels(reason).set(sizes[reason])
