"""The Frankel grade on screen and on paper, in English and French."""

from lesion_model.frankel import Frankel
from lesion_model.labels import label
from lesion_model.wording.wording import ItemWording

FRANKEL = ItemWording(
    label=label("Frankel grade", "Grade de Frankel"),
    values={
        Frankel.A: label("A: complete, motor and sensory", "A : atteinte motrice et sensitive complète"),
        Frankel.B: label("B: sensation only", "B : sensibilité seule conservée"),
        Frankel.C: label("C: useless motor function", "C : motricité non fonctionnelle"),
        Frankel.D: label("D: useful motor function", "D : motricité fonctionnelle"),
        Frankel.D1: label("D1: walks with a walking frame", "D1 : marche avec un déambulateur"),
        Frankel.D2: label("D2: walks with a cane", "D2 : marche avec une canne"),
        Frankel.D3: label("D3: walks without aid", "D3 : marche sans aide"),
        Frankel.E: label("E: no neurological deficit", "E : pas de déficit neurologique"),
    },
    help=label(
        "D1 to D3 subdivide the published grade D by the aid needed to walk.",
        "D1 à D3 subdivisent le grade D publié selon l'aide nécessaire à la marche.",
    ),
)
