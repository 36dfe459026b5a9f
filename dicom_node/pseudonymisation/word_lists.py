"""The lists of words that come with the product: `words/*.txt`, several words a line, `#` begins a comment."""

from functools import cache
from importlib.resources import files

from dicom_node.pseudonymisation.folding import folded_words


@cache
def word_list(name: str) -> frozenset[str]:
    """The folded words of one list."""
    text = (files(__package__) / "words" / f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return frozenset(word for line in lines for word in folded_words(line))
