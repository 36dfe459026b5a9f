"""The French guideline that the rules come from, and how its suggestions are introduced."""

from lesion_model.labels import Label, label

VERSION = "2024-09-17"
REFERENCE = (
    "Dispositifs Spécifiques Régionaux du Cancer OncoBFC (Bourgogne-Franche-Comté), NEON (Grand Est) and ONCORIF "
    "(Île-de-France). Métastases osseuses des cancers bronchiques. Référentiel, 17 September 2024."
)


def suggests(en: str, fr: str) -> Label:
    """A suggestion in the guideline's name: it informs a meeting and is never worded as an order."""
    return label(f"French guideline 2024: {en}", f"Référentiel français 2024 : {fr}")
