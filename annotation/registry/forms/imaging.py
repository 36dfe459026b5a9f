"""The form of an examination that somebody announced: its images are to arrive."""

from annotation.registry.building import choices, group, listed, variable
from annotation.registry.variables import Form, Type
from lesion_model.labels import label

IMAGING = Form(
    name="imaging",
    label=label("Announced examination", "Examen annoncé"),
    groups=(
        group(
            "imaging",
            "Announced examination",
            "Examen annoncé",
            variable("imaging_date", Type.DATE, "Date of the examination", "Date de l'examen", required=True),
            variable(
                "imaging_modality",
                Type.CHOICE,
                "Modality",
                "Modalité",
                choices=listed(("CT", "CT", "Scanner"), ("MR", "MRI", "IRM"), ("PT", "PET", "TEP")),
                required=True,
            ),
            variable(
                "imaging_purpose",
                Type.CHOICE,
                "For",
                "Motif",
                choices=choices(
                    meeting=("The meeting", "La RCP"), follow_up=("Follow-up", "Le suivi"), other=("Other", "Autre")
                ),
            ),
        ),
    ),
    key=("imaging_date", "imaging_modality"),
    when="imaging_date",
)
