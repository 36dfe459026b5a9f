"""What every body that clients send has in common."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """Unknown properties are refused: a misspelt finding must not vanish."""

    model_config = ConfigDict(extra="forbid", frozen=True)
