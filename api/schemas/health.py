"""Shapes of the health answers."""

from typing import Literal

from pydantic import BaseModel, Field

from api.node_state import DiskCheck, NodeCheck, OutboxCheck


class AliveOut(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class ChecksOut(BaseModel):
    """What is needed, and whether it is there. `not seen here`: the node runs in another home, or none does."""

    database: Literal["ready", "unavailable", "not migrated"]
    image_store: Literal["ready", "unavailable"]
    node: NodeCheck
    disk: DiskCheck
    outbox: OutboxCheck

    def missing(self) -> list[str]:
        """What there is no work without."""
        bad = {"database": self.database != "ready", "image_store": self.image_store != "ready"}
        bad |= {"node": self.node == "stopped", "disk": self.disk == "full"}
        return [name for name, is_bad in bad.items() if is_bad]

    def degraded(self) -> list[str]:
        """What works, and wants somebody to look."""
        bad = {"disk": self.disk == "low", "outbox": self.outbox == "waiting for long"}
        return [name for name, is_bad in bad.items() if is_bad]


class DetailsOut(BaseModel):
    """The figures behind the checks."""

    heartbeat_age_seconds: float | None
    disk_free_bytes: float | None
    disk_needed_bytes: float | None
    outbox_objects: float | None
    outbox_oldest_age_seconds: float | None


class ReadyOut(BaseModel):
    """Everything that is needed is there; what is `degraded` works, and wants somebody to look."""

    status: Literal["ready", "degraded"]
    degraded: list[str] = Field(examples=[["disk"]])
    checks: ChecksOut
    details: DetailsOut
