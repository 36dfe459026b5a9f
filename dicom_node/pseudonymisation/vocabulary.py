"""The words known to be harmless: radiology's in French and English, makers, sequences, kernels, anatomy.

The lists are in `words/`, one word a line or several, `#` begins a comment. `standard.txt` holds the words that
occur uncapitalised in the meanings of the standard's codes (PS3.16) or in the names of its data elements (PS3.6),
so that eponyms, which are names, are not among them. `names.txt` is no list of harmless words: it names those that
are also surnames or first names, which are kept only where nothing says that they stand for a person.

All of this serves descriptions. Where a description has been cleaned of a person's name, a harmless word that is also
that name can remain in coded values only ("HEAD", "CHEST"): `common` words are those.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256

from dicom_node.pseudonymisation.folding import folded_words
from dicom_node.pseudonymisation.word_lists import word_list

LONGEST_APPROVED = 32
_COMMON = ("anatomy", "english", "standard", "technique", "terms")
_OTHERS = ("clinic", "eponyms", "french", "german", "makers")
_DIGITS_OF_AN_IDENTIFIER = 4


class ApprovalError(Exception):
    """The word cannot be approved; the message says why."""


@dataclass(frozen=True)
class Vocabulary:
    """Harmless words, folded; which of them coded values hold too; and which words are also names."""

    words: frozenset[str]
    common: frozenset[str]
    names: frozenset[str]

    @classmethod
    def default(cls) -> "Vocabulary":
        """The lists that come with the product."""
        return _default()

    def with_approved(self, words: Iterable[str]) -> "Vocabulary":
        """This vocabulary and the custodian's own words. Raises ApprovalError."""
        return Vocabulary(self.words | {approvable(word) for word in words}, self.common, self.names)

    def __contains__(self, word: object) -> bool:
        """Whether a word, folded, is harmless."""
        return word in self.words

    @cached_property
    def text(self) -> str:
        """All words in one string, to see quickly whether something is a part of any."""
        return "\n".join(sorted(self.words))

    @cached_property
    def digest(self) -> str:
        """Twelve characters that name this very set of words (for reports)."""
        lists = "\n".join(sorted(self.words)) + "\n\n" + "\n".join(sorted(self.names))
        return sha256(lists.encode()).hexdigest()[:12]


def approvable(word: str) -> str:
    """The word as it is approved: folded. Raises ApprovalError when it is none, or looks like an identifier."""
    parts = folded_words(word)
    if len(parts) != 1:
        raise ApprovalError("approve one word at a time: letters and digits only, no space and no hyphen")
    digits = sum(character.isdigit() for character in parts[0])
    if digits >= _DIGITS_OF_AN_IDENTIFIER or digits == len(parts[0]):
        raise ApprovalError("a number, or a word with four digits and more, may be an identifier and is never approved")
    if len(parts[0]) > LONGEST_APPROVED:
        raise ApprovalError(f"a word has at most {LONGEST_APPROVED} characters")
    return parts[0]


@cache
def _default() -> Vocabulary:
    common, others = (frozenset().union(*(word_list(name) for name in names)) for names in (_COMMON, _OTHERS))
    return Vocabulary(common | others, common, word_list("names") | word_list("eponyms"))
