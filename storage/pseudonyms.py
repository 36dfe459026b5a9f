"""Pseudonyms that a person can copy by hand: random, without look-alike characters, with a check character.

31 characters (0, 1, I, L and O are left out) make the arithmetic that of a prime field: with weights that
all differ, every single wrong character and every swap of two is caught.
"""

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
PREFIX = "OST"
RANDOM_CHARACTERS = 9
_PATTERN = re.compile(rf"{PREFIX}-([{ALPHABET}]{{5}})-([{ALPHABET}]{{5}})")


def new_pseudonym() -> str:
    """A random pseudonym such as `OST-7K3M9-QPXRC`: 31⁹ ≈ 2.6 × 10¹³ of them, the last character checks."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    code = body + check_character(body)
    return f"{PREFIX}-{code[:5]}-{code[5:]}"


def check_character(body: str) -> str:
    """The character that makes the sum of value × position, the check at the last one, zero modulo 31."""
    partial = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=1))
    weight = len(body) + 1
    value = -partial * pow(weight, -1, len(ALPHABET)) % len(ALPHABET)
    return ALPHABET[value]


def is_pseudonym(text: str) -> bool:
    """Whether `text` is a well-formed pseudonym whose check character agrees."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return False
    code = match[1] + match[2]
    return check_character(code[:-1]) == code[-1]
