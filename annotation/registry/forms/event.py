"""The form of an event that the endpoints count."""

from annotation.registry.building import SHORT_CODE, choices, group, variable
from annotation.registry.variables import Form, Type
from lesion_model.labels import label

EVENT = Form(
    name="event",
    label=label("Event", "Événement"),
    groups=(
        group(
            "event",
            "Event",
            "Événement",
            variable(
                "event_type",
                Type.CHOICE,
                "Event",
                "Événement",
                spec="event.type",
                choices=choices(
                    new_bone_lesion=("New bone lesion", "Nouvelle lésion osseuse"),
                    local_recurrence_treated_site=("Recurrence at a treated site", "Récidive sur site traité"),
                    progression_treated_lesion=("Progression of a treated lesion", "Progression d'une lésion traitée"),
                    SRE_fracture=("Fracture", "Fracture"),
                    SRE_cord=("Cord compression", "Compression médullaire"),
                    SRE_RT=("Radiotherapy to bone", "Radiothérapie osseuse"),
                    SRE_surgery=("Surgery to bone", "Chirurgie osseuse"),
                    death=("Death", "Décès"),
                ),
                required=True,
            ),
            variable("event_date", Type.DATE, "Date", "Date", spec="event.date", partial=True, required=True),
            variable(
                "date_prev_negative",
                Type.DATE,
                "Last examination without it",
                "Dernier examen négatif",
                spec="event.date_prev_negative",
                partial=True,
            ),
            variable(
                "adjudicated",
                Type.CHOICE,
                "Adjudication",
                "Adjudication",
                spec="event.adjudicated",
                choices=choices(
                    confirmed=("Confirmed", "Confirmé"),
                    flare_excluded=("Flare excluded", "Flare exclu"),
                    inconclusive=("Inconclusive", "Non concluant"),
                ),
            ),
            variable(
                "event_site",
                Type.CODE,
                "Site (as L3, femur_left)",
                "Site (comme L3, femur_left)",
                pattern=SHORT_CODE,
            ),
        ),
    ),
    key=("event_type", "event_date", "event_site"),
    when="event_date",
)
