"""The form of a blood sample."""

from annotation.registry import units
from annotation.registry.building import group, measured, variable
from annotation.registry.variables import Form, Type
from lesion_model.labels import label

BIOLOGY = Form(
    name="biology",
    label=label("Biology", "Biologie"),
    groups=(
        group(
            "sample",
            "Sample",
            "Prélèvement",
            variable("sample_date", Type.DATE, "Date of the sample", "Date du prélèvement", required=True),
            measured("weight", "Weight", "Poids", units.MASS, (25, 250)),
        ),
        group(
            "results",
            "Results",
            "Résultats",
            measured("calcium", "Calcium, total", "Calcium total", units.CALCIUM, ("1.2", "4.5")),
            measured(
                "calcium_corrected",
                "Calcium, corrected by the laboratory",
                "Calcium corrigé par le laboratoire",
                units.CALCIUM,
                ("1.2", "4.5"),
                spec="biology.calcium_corrected",
            ),
            measured("creatinine", "Creatinine", "Créatinine", units.CREATININE, (20, 1500), spec="biology.creatinine"),
            measured("albumin", "Albumin", "Albumine", units.PROTEIN, (10, 60), spec="biology.albumin"),
            measured("crp", "C-reactive protein", "CRP", units.REACTIVE_PROTEIN, (0, 600), spec="biology.CRP"),
            measured("ldh", "Lactate dehydrogenase", "LDH", units.ENZYME, (50, 20000), spec="biology.LDH"),
            measured(
                "alp", "Alkaline phosphatase", "Phosphatases alcalines", units.ENZYME, (10, 5000), spec="biology.ALP"
            ),
            measured(
                "vitamin_d", "25-OH vitamin D", "25-OH vitamine D", units.VITAMIN_D, (5, 400), spec="biology.25OH_vitD"
            ),
            measured("psa", "PSA", "PSA", units.MARKER_MASS, (0, 20000), spec="biology.PSA/CA15-3/CEA"),
            measured("ca15_3", "CA 15-3", "CA 15-3", units.MARKER_UNITS, (0, 20000), spec="biology.PSA/CA15-3/CEA"),
            measured("cea", "CEA", "ACE", units.MARKER_MASS, (0, 20000), spec="biology.PSA/CA15-3/CEA"),
            measured("platelets", "Platelets", "Plaquettes", units.CELLS, (3, 2000), spec="biology.platelets"),
            measured("bilirubin", "Bilirubin", "Bilirubine", units.BILIRUBIN, (2, 900), spec="biology.bilirubin"),
            measured("haemoglobin", "Haemoglobin", "Hémoglobine", units.PROTEIN, (30, 230), spec="biology.Hb"),
            measured("ctx", "CTX", "CTX", units.TURNOVER, (10, 5000), spec="biology.CTX/P1NP"),
            measured("p1np", "P1NP", "P1NP", units.MARKER_MASS, (2, 2000), spec="biology.CTX/P1NP"),
        ),
    ),
    key=("sample_date",),
    when="sample_date",
)
