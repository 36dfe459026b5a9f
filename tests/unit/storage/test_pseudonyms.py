"""Pseudonyms that are copied by hand: mistakes show."""

import pytest

from storage.pseudonyms import ALPHABET, check_character, is_pseudonym, new_pseudonym

SAMPLES = [new_pseudonym() for _ in range(50)]


def test_a_new_pseudonym_is_well_formed() -> None:
    for pseudonym in SAMPLES:
        assert is_pseudonym(pseudonym)
        assert len(pseudonym) == len("OST-23456-789AB")


def test_the_check_character_of_a_hand_worked_example() -> None:
    # 2, 3, … are the values 0, 1, …; 1×0 + 2×0 + … + 9×1 = 9, and 10 × 27 = 270 = 9 × 31 - 9, so value 27 = "W".
    assert ALPHABET[27] == "W"
    assert check_character("222222223") == "W"


def test_every_single_wrong_character_is_caught() -> None:
    for pseudonym in SAMPLES:
        for place, right in enumerate(pseudonym):
            if right in ALPHABET and place > 3:
                wrong = (pseudonym[:place] + other + pseudonym[place + 1 :] for other in ALPHABET if other != right)
                assert not any(is_pseudonym(text) for text in wrong)


def test_every_swap_of_two_characters_is_caught() -> None:
    for pseudonym in SAMPLES:
        code = list(pseudonym.removeprefix("OST-").replace("-", ""))
        for first in range(len(code)):
            for second in range(first):
                swapped = code.copy()
                swapped[first], swapped[second] = swapped[second], swapped[first]
                if swapped != code:
                    assert not is_pseudonym(f"OST-{''.join(swapped[:5])}-{''.join(swapped[5:])}")


@pytest.mark.parametrize("text", ["", "OST-", "OST-00000-00000", "ost-22222-22222", "OST-22222-2222", "OST-2222222222"])
def test_what_is_no_pseudonym_is_not_taken_for_one(text: str) -> None:
    assert not is_pseudonym(text)
