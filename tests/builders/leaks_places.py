"""All places where an identifier is planted, and those of them that one object can have at once."""

from tests.builders.leaks_bytes import BYTES
from tests.builders.leaks_people import PEOPLE
from tests.builders.leaks_scripts import SCRIPTS
from tests.builders.leaks_structure import STRUCTURE
from tests.builders.leaks_texts import TEXTS

PLACES = (*PEOPLE, *TEXTS, *SCRIPTS, *STRUCTURE, *BYTES)
TOGETHER = tuple(place for place in PLACES if place.is_shared)
