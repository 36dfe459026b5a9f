"""Shapes of the health answers."""

from typing import Literal

from pydantic import BaseModel


class AliveOut(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class ChecksOut(BaseModel):
    """What the API needs, and whether it has it."""

    database: Literal["ready", "unavailable", "not migrated"]
    image_store: Literal["ready", "unavailable"]


class ReadyOut(BaseModel):
    """Everything that the API needs is there."""

    status: Literal["ready"] = "ready"
    checks: ChecksOut
