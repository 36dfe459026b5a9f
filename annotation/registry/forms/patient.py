"""The form of the patient: who it is as far as the study may know, and whether they live."""

from annotation.registry.building import choices, group, listed, variable
from annotation.registry.variables import Form, Type
from lesion_model.labels import label

PATIENT = Form(
    name="patient",
    label=label("Patient", "Patient"),
    groups=(
        group(
            "identity",
            "Patient",
            "Patient",
            variable(
                "sex",
                Type.CHOICE,
                "Sex",
                "Sexe",
                spec="patient.sex",
                choices=listed(("F", "Female", "Féminin"), ("M", "Male", "Masculin"), ("X", "Other", "Autre")),
            ),
            variable("birth_month", Type.MONTH, "Month of birth", "Mois de naissance", spec="patient.birth_month"),
        ),
        group(
            "vital",
            "Vital status",
            "Statut vital",
            variable(
                "vital_status",
                Type.CHOICE,
                "Vital status",
                "Statut vital",
                spec="patient.vital_status",
                choices=choices(
                    alive=("Alive", "Vivant"), dead=("Dead", "Décédé"), lost=("Lost to follow-up", "Perdu de vue")
                ),
            ),
            variable(
                "death_date", Type.DATE, "Date of death", "Date de décès", spec="patient.death_date", partial=True
            ),
            variable(
                "last_alive_date",
                Type.DATE,
                "Last known alive on",
                "Dernière date connue vivant",
                spec="patient.last_alive_date",
                partial=True,
            ),
            variable(
                "vital_source",
                Type.CHOICE,
                "Source of the vital status",
                "Source du statut vital",
                spec="patient.vital_source",
                choices=choices(
                    INSEE=("INSEE, the civil register", "INSEE"),
                    hospital=("Hospital", "Hôpital"),
                    physician=("Physician", "Médecin"),
                    family=("Family", "Famille"),
                ),
            ),
            variable(
                "opposition_recorded",
                Type.YES_NO,
                "Opposition to the use of the data recorded",
                "Opposition à l'utilisation des données enregistrée",
                spec="patient.opposition_recorded",
            ),
        ),
    ),
)
