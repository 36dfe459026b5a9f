"""Fields of studies, of series and of the assignments under which studies are read.

What is said of a series is what its pseudonymised objects say (PS3.6).
"""

from annotation.cohorts.fields import Field, Fields, Scope
from annotation.protocols import Kind as ProtocolKind
from lesion_model.labels import label

_STUDY, _SERIES, _ASSIGNMENT = Fields(Scope.STUDY), Fields(Scope.SERIES), Fields(Scope.ASSIGNMENT)

STUDY_STATES = ("receiving", "provisional", "confirmed", "revised")
IN_PROGRESS, READ, TO_ADJUDICATE, ADJUDICATED = "in_progress", "read", "to_adjudicate", "adjudicated"
READING_STATES = (IN_PROGRESS, READ, TO_ADJUDICATE, ADJUDICATED)
"""Of an assignment: `in_progress` until every reader has signed, whoever may have done so already."""

STUDY_FIELDS: tuple[Field, ...] = (
    _STUDY.whole(
        "day", label("Days since the patient's earliest study", "Jours depuis le premier examen du patient"), "d"
    ),
    _STUDY.choice("state", STUDY_STATES, label("How complete it is taken to be", "Complétude présumée")),
    _STUDY.whole("series", label("Number of series", "Nombre de séries")),
    _STUDY.whole("objects", label("Number of objects", "Nombre d'objets")),
)

SERIES_FIELDS: tuple[Field, ...] = (
    _SERIES.code("modality", label("Modality", "Modalité")),
    _SERIES.code("body_part", label("Body part examined", "Région examinée")),
    _SERIES.number("slice_thickness_mm", "mm", label("Slice thickness", "Épaisseur de coupe")),
    _SERIES.number("row_spacing_mm", "mm", label("Pixel spacing between rows", "Taille du pixel entre les lignes")),
    _SERIES.number(
        "column_spacing_mm", "mm", label("Pixel spacing between columns", "Taille du pixel entre les colonnes")
    ),
    _SERIES.text("kernel", label("Reconstruction kernel", "Filtre de reconstruction")),
    _SERIES.number("field_strength_t", "T", label("Magnetic field strength", "Intensité du champ magnétique")),
    _SERIES.text("tracer", label("Radiopharmaceutical", "Radiopharmaceutique")),
    _SERIES.text("manufacturer", label("Manufacturer", "Fabricant")),
    _SERIES.text("model", label("Model of the equipment", "Modèle de l'appareil")),
    _SERIES.whole("objects", label("Number of objects", "Nombre d'objets")),
)

ASSIGNMENT_FIELDS: tuple[Field, ...] = (
    _ASSIGNMENT.text("protocol", label("Name of the protocol", "Nom du protocole")),
    _ASSIGNMENT.choice("kind", ProtocolKind, label("Kind of protocol", "Type de protocole")),
    _ASSIGNMENT.choice("state", READING_STATES, label("How far the reading has come", "Avancement de la lecture")),
)
