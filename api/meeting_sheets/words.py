"""The headings of the meeting sheet, French and English; what they stand over comes with words of its own."""

from collections.abc import Mapping
from types import MappingProxyType

_BOTH: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sheet": ("Bone metastasis meeting sheet", "Fiche RCP de métastases osseuses"),
        "generated": ("Generated", "Éditée le"),
        "software": ("Osteon", "Osteon"),
        "last_study": ("Last study read", "Dernier examen lu"),
        "lesions": ("Lesions", "Lésions"),
        "no_lesions": ("No lesion has been read that you may see.", "Aucune lésion lue que vous puissiez voir."),
        "lesion": ("Lesion", "Lésion"),
        "site": ("Site", "Site"),
        "type": ("Type", "Type"),
        "score": ("Score", "Score"),
        "band": ("Band", "Classe"),
        "missing": ("Missing", "Manque"),
        "missing_decides": ("would decide", "déciderait"),
        "missing_may_decide": ("may decide", "peut décider"),
        "nothing_missing": ("–", "–"),
        "open": ("open", "indéterminé"),
        "open_grades": ("Still open", "Encore indéterminés"),
        "not_scored": ("not scored", "non coté"),
        "trend": ("Since the prior study", "Depuis l'examen antérieur"),
        "first_study": ("first reading", "première lecture"),
        "unchanged": ("unchanged", "inchangé"),
        "changed": ("findings changed", "constatations modifiées"),
        "resolved": ("resolved", "résolue"),
        "adjudicated": ("adjudicated", "adjugée"),
        "unread": ("Not read yet", "Non encore lues"),
        "context": ("Clinical context", "Contexte clinique"),
        "context_of_lesion": ("Said of this lesion", "Dit de cette lésion"),
        "no_context": ("Nothing has been entered for a meeting.", "Rien n'a été saisi pour une RCP."),
        "item": ("Item", "Élément"),
        "value": ("Value", "Valeur"),
        "colon": (": ", " : "),
        "entered_by": ("Entered by", "Saisi par"),
        "for_meeting": ("for the meeting of", "pour la RCP du"),
        "prognosis": ("Prognosis", "Pronostic"),
        "decision": ("Decision of the meeting of", "Décision de la RCP du"),
        "undecided": ("not decided", "non décidé"),
        "findings": ("Findings", "Constatations"),
        "scores": ("Scores", "Scores"),
        "points": ("Points", "Points"),
        "read": ("Read", "Lue"),
        "read_by": ("read by", "lue par"),
        "revision": ("revision", "révision"),
        "before": ("before", "avant"),
        "prior": ("Prior", "Antérieur"),
        "note": ("Note", "Note"),
        "no_image": ("Nothing was drawn on this study.", "Rien n'a été dessiné sur cet examen."),
        "image_failed": ("The image cannot be shown.", "L'image ne peut pas être montrée."),
        "key_image": ("Key image of", "Image clé de"),
        "references": ("References", "Références"),
        "skeleton": ("Skeleton with the lesions of the patient", "Squelette avec les lésions du patient"),
        "of_lesions": ("for", "pour"),
        "undated": ("no date", "sans date"),
        "notice": (
            "Pseudonymised: no identity is on this sheet, and all dates are moved by the patient's own whole number "
            "of days. Research software, not a medical device: scores inform the meeting, they decide nothing.",
            "Pseudonymisé : aucune identité sur cette fiche, et toutes les dates sont décalées d'un même nombre de "
            "jours propre au patient. Logiciel de recherche, pas un dispositif médical : les scores informent la RCP, "
            "ils ne décident rien.",
        ),
        "page": ("page", "page"),
        "source_reading": ("reading", "lecture"),
        "source_lesion": ("site", "site"),
    }
)

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        language: MappingProxyType({key: words[place] for key, words in _BOTH.items()})
        for place, language in enumerate(("en", "fr"))
    }
)
"""By language, then by key: the page gets them with the sheet, so that there is one source."""
