"""Words in the two languages of the screen."""

from pydantic import BaseModel, ConfigDict


class LabelOut(BaseModel):
    """The same words in English and in French."""

    model_config = ConfigDict(from_attributes=True)

    en: str
    fr: str
