"""Text that looks like it names a patient is told from what radiologists write all day."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.identifying_text import LABELS, Trait, suspicions

# The numbers are invented; the keys of the national ones were worked out by hand: 97 - (number mod 97).
IDENTIFYING = {
    Trait.NATIONAL_NUMBER: [
        "1 84 12 76 451 089 46",
        "184127645108946",
        "2 69 05 49 588 157 80",
        "INS 269054958815780",
        "1.85.05.2A.006.084.35",
        "1 85 05 2b 006 084 62",
    ],
    Trait.EMAIL: ["jean.dupont@example.org", "à écrire à j-d+1@chu.example.fr."],
    Trait.PHONE: [
        "06 12 34 56 78",
        "0612345678",
        "01.23.45.67.89",
        "06-12-34-56-78",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "tél. 04\u00a012\u00a034\u00a056\u00a078",
        "+44 20 7946 0958",
        "+1 (202) 555-0143",
        "+41 44 668 18 00",
    ],
    Trait.DATE: [
        "12/03/1961",
        "12/03/61",
        "12-03-1961",
        "12.03.1961",
        "03/31/1961",
        "1961-03-12",
        "1961/3/12",
        "12 mars 1961",
        "1er août 1961",
        "12 Mar 1961",
        "March 12, 1961",
        "the 12th of March 1961",
        "née en 1961",
        "né le 12 03 1961",
        "DDN : 12 03 61",
        "born in 1961",
        "DOB 1961",
        "scanner du 05/06/2031.",
        "le 12/03/1961: stable",
    ],
    Trait.PERSON: [
        "M. Dupont",
        "M.Dupont",
        "M. J. Dupont",
        "Mme Martin",
        "MME MARTIN",
        "Mme O'Brien",
        "Mlle Le-Goff",
        "Madame Émond",
        "Monsieur DUPONT",
        "Mr Smith",
        "Mr. Smith",
        "Mrs Jones",
        "Ms Jones",
        "Miss Jones",
        "Dr Martin",
        "vu avec le dr Martin",
        "Pr. Œuvrard",
        "Docteur Petit",
        "Mme\u00a0Martin",
    ],
    Trait.LONG_NUMBER: ["IPP 8001234567", "1234567", "184127645108947", "20310705"],
}

HARMLESS = [
    "",
    "T11-L1",
    "fracture T11-L1, recul du mur postérieur",
    "12/18 points",
    "SINS 12/18",
    "SINS 7-12",
    "grade 1b",
    "Bilsky 1b-1c",
    "Mirels 9/12.",
    "C5/C6/C7",
    "L1/L2/L3",
    "24,5 x 18 mm",
    "24.5 x 18.25 x 9 mm",
    "15/12/26 mm",
    "15/12/26 mm (hauteurs)",
    "10-12-14 mm",
    "5/10/20 %",
    "HU -60 à 310",
    "1250 HU",
    "volume 9.250001 cm3",
    "0.12345678",
    "série 4, image 125",
    "image 1024/2048",
    "2 cm. Fracture de L1",
    "MR Spine STIR",
    "DR Thorax",
    "PR Mirels 9",
    "MS Lesion",
    "T2 N0 M1 Fracture",
    "M1",
    "M. L1",
    "stade IV depuis 2031",
    "depuis mars 2031",
    "en mai, stable",
    "le 12 mars",
    "3 lésions sur 12",
    "30 x 10 Gy",
    "30 Gy / 10 fx",
    "30 Gy en 10 fractions",
    "Tokuhashi 9-11",
    "dose 1 000 000 UI",
    "60 - 70 %",
    "version 1.2.3",
    "2.25.1001",
    "PS3.15 E.1-1",
    "+ 12 mm",
    "+33 %",
    "pedicle left@L3",
    "Dr vu en réunion",
    "Madame va mieux",
    "vertèbre en H",
    "12/03",
    "45/67/89",
    "32/13/2031",
]


@pytest.mark.parametrize(("trait", "text"), [(trait, text) for trait, texts in IDENTIFYING.items() for text in texts])
@pytest.mark.parametrize("around", ["{}", "Vu : {}", "Tassement de T12 ({}), stable."])
def test_what_may_identify_is_found(trait: Trait, text: str, around: str) -> None:
    assert [each.trait for each in suspicions(around.format(text))] == [trait]


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize("around", ["{}", "Vu : {}", "Tassement de T12 ({}), stable."])
def test_what_radiologists_write_is_left_alone(text: str, around: str) -> None:
    assert suspicions(around.format(text)) == ()


def test_places_are_told_in_the_order_of_the_text() -> None:
    text = "Mme Martin, 06 12 34 56 78, née le 12/03/1961"
    assert [(each.trait, text[each.start : each.end]) for each in suspicions(text)] == [
        (Trait.PERSON, "Mme Martin"),
        (Trait.PHONE, "06 12 34 56 78"),
        (Trait.DATE, "12/03/1961"),
    ]


def test_a_national_number_with_a_wrong_key_is_a_long_number() -> None:
    assert [each.trait for each in suspicions("269054958815781")] == [Trait.LONG_NUMBER]
    assert suspicions("2 69 05 49 588 157 81") == ()


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at_and_places_do_not_overlap(text: str) -> None:
    found = suspicions(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_every_trait_has_words_in_both_languages() -> None:
    assert set(LABELS) == set(Trait)
    assert all(words.en and words.fr for words in LABELS.values())
