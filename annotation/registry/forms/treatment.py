"""The form of a treatment, named as the guideline names it: local ones, bone agents and systemic lines."""

from annotation.registry.building import ATC, SHORT_CODE, between, choices, group, listed, variable
from annotation.registry.variables import Form, Type
from lesion_model.labels import label

_SPEC = "RCP_checklist.4_prior_local_treatment"

TREATMENTS = choices(
    radiotherapy=("Radiotherapy", "Radiothérapie"),
    sbrt=("Stereotactic radiotherapy", "Radiothérapie stéréotaxique"),
    radionuclide=("Radionuclide therapy", "Radiothérapie interne vectorisée"),
    surgery=("Surgery", "Chirurgie"),
    cementoplasty=("Cementoplasty", "Cimentoplastie"),
    screw=("Percutaneous screw", "Vissage percutané"),
    ablation=("Thermal ablation", "Thermo-ablation"),
    systemic=("Systemic line", "Ligne systémique"),
    zoledronate=("Zoledronic acid", "Acide zolédronique"),
    denosumab=("Denosumab", "Dénosumab"),
    calcium_vitamin_d=("Calcium and vitamin D", "Calcium et vitamine D"),
)

TREATMENT = Form(
    name="treatment",
    label=label("Treatment", "Traitement"),
    groups=(
        group(
            "treatment",
            "Treatment",
            "Traitement",
            variable(
                "treatment_type",
                Type.CHOICE,
                "Treatment",
                "Traitement",
                spec=_SPEC,
                choices=TREATMENTS,
                required=True,
            ),
            variable("treatment_start", Type.DATE, "Began on", "Début", spec=_SPEC, partial=True, required=True),
            variable("treatment_end", Type.DATE, "Ended on", "Fin", partial=True),
            variable(
                "treatment_site",
                Type.CODE,
                "Site (as L3, femur_left)",
                "Site (comme L3, femur_left)",
                spec=_SPEC,
                pattern=SHORT_CODE,
            ),
            variable(
                "rt_scheme",
                Type.CHOICE,
                "Radiotherapy scheme",
                "Schéma de radiothérapie",
                choices=listed(
                    ("1x8", "1 × 8 Gy", "1 × 8 Gy"),
                    ("5x4", "5 × 4 Gy", "5 × 4 Gy"),
                    ("10x3", "10 × 3 Gy", "10 × 3 Gy"),
                    ("6x4", "6 × 4 Gy", "6 × 4 Gy"),
                    ("stereotactic", "Stereotactic", "Stéréotaxique"),
                    ("other", "Other", "Autre"),
                ),
            ),
            variable(
                "rt_dose_gy", Type.NUMBER, "Total dose, Gy", "Dose totale, Gy", spec=_SPEC, allowed=between(0, 200)
            ),
            variable("rt_fractions", Type.WHOLE, "Fractions", "Fractions", spec=_SPEC, allowed=between(1, 60)),
            variable(
                "ablation_kind",
                Type.CHOICE,
                "Kind of ablation",
                "Type d'ablation",
                choices=choices(
                    radiofrequency=("Radiofrequency", "Radiofréquence"),
                    cryoablation=("Cryoablation", "Cryoablation"),
                    microwave=("Microwave", "Micro-ondes"),
                    laser=("Laser", "Laser"),
                    hifu=("Focused ultrasound", "Ultrasons focalisés"),
                    electroporation=("Electroporation", "Électroporation"),
                    other=("Other", "Autre"),
                ),
            ),
            variable(
                "surgery_kind",
                Type.CHOICE,
                "Kind of surgery",
                "Type de chirurgie",
                choices=choices(
                    nail=("Intramedullary nail", "Enclouage centromédullaire"),
                    plate=("Plate", "Plaque"),
                    arthroplasty=("Arthroplasty", "Arthroplastie"),
                    resection=("Resection and reconstruction", "Résection-reconstruction"),
                    decompression=("Decompression", "Décompression"),
                    stabilisation=("Stabilisation of the spine", "Stabilisation du rachis"),
                    decompression_stabilisation=("Decompression and stabilisation", "Décompression et stabilisation"),
                    other=("Other", "Autre"),
                ),
            ),
            variable(
                "line_number", Type.WHOLE, "Number of the systemic line", "Numéro de la ligne", allowed=between(1, 30)
            ),
            variable("treatment_drugs", Type.CODES, "Drugs (ATC codes)", "Médicaments (codes ATC)", pattern=ATC),
            variable("treatment_dental_check", Type.YES_NO, "Dental check before", "Bilan dentaire préalable"),
        ),
    ),
    key=("treatment_type", "treatment_start", "treatment_site"),
    when="treatment_start",
)
