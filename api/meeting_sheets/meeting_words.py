"""Headings of a session and of its dossiers, French and English; what they stand over comes with words of its own."""

from collections.abc import Mapping
from types import MappingProxyType

_BOTH: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "session": ("Multidisciplinary meeting", "Réunion de concertation pluridisciplinaire"),
        "planned": ("planned", "prévue"),
        "held": ("held", "tenue"),
        "closed": ("closed", "close"),
        "colon": (": ", " : "),
        "state": ("State", "État"),
        "place": ("Place", "Lieu"),
        "request": ("Request", "Demande"),
        "since_short": ("Since last time", "Depuis la dernière fois"),
        "day_unknown_short": ("day unknown", "jour inconnu"),
        "patients": ("Patients", "Patients"),
        "patient": ("Patient", "Patient"),
        "order": ("No.", "N°"),
        "presentation_no": ("Presentation", "Présentation"),
        "primary": ("Primary tumour", "Tumeur primitive"),
        "question": ("Question", "Question"),
        "seven_points": ("The request's seven points", "Les sept points de la demande"),
        "said": ("said", "renseigné"),
        "partly": ("said in part", "renseigné en partie"),
        "not_said": ("not said", "non renseigné"),
        "missing": ("missing", "manque"),
        "worst": ("Highest scores", "Scores les plus élevés"),
        "since": ("Since the last presentation", "Depuis la dernière présentation"),
        "first_time": ("First presentation", "Première présentation"),
        "recurrences": ("Recurrences", "Récidives"),
        "waiting": ("not adjudicated", "non adjugée(s)"),
        "excluded": ("flare, excluded", "flare, exclue(s)"),
        "history": ("confirmed earlier", "confirmée(s) avant"),
        "uncertain": ("of uncertain date", "de date incertaine"),
        "nothing_happened": ("No event in the record.", "Aucun événement au dossier."),
        "decision": ("Decision", "Décision"),
        "rationale": ("Reasons", "Justification"),
        "undecided": ("not decided", "non décidé"),
        "next": ("Next presentation", "Prochaine présentation"),
        "rules": ("Guideline rules", "Règles du référentiel"),
        "rule_open": ("open", "indéterminé"),
        "facts_used": ("went by", "d'après"),
        "would_decide": ("would decide", "déciderait"),
        "quality": ("To complete", "À compléter"),
        "score_history": ("Course of the scores", "Évolution des scores"),
        "presented_on": ("Day of the meeting, patient's calendar", "Jour de la RCP, calendrier du patient"),
        "day_unknown": (
            "Its day in the patient's calendar is not known.",
            "Jour inconnu dans le calendrier du patient.",
        ),
        "no_presentation": ("Nothing was entered for this meeting.", "Rien n'a été saisi pour cette réunion."),
        "draft": ("draft", "brouillon"),
        "nobody": ("No patient is on this meeting.", "Aucun patient à cette réunion."),
        "origin_presentation": ("presentation", "présentation"),
        "origin_treatments": ("treatments", "traitements"),
        "origin_biology": ("biology", "biologie"),
        "origin_reading": ("images", "images"),
        "origin_meeting": ("meeting", "réunion"),
    }
)

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        language: MappingProxyType({key: words[place] for key, words in _BOTH.items()})
        for place, language in enumerate(("en", "fr"))
    }
)
"""By language, then by key: pages get them with the dossier, so that there is one source."""
