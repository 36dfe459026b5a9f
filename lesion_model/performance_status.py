"""Performance status: Karnofsky's percentages and the ECOG grades, and how the two correspond."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

KARNOFSKY_REFERENCE = (
    "Karnofsky DA, Burchenal JH. The clinical evaluation of chemotherapeutic agents in cancer. In: MacLeod CM, ed. "
    "Evaluation of Chemotherapeutic Agents. Columbia University Press; 1949:191-205."
)
ECOG_REFERENCE = (
    "Oken MM, Creech RH, Tormey DC, et al. Toxicity and response criteria of the Eastern Cooperative Oncology "
    "Group. Am J Clin Oncol. 1982;5(6):649-655."
)
CORRESPONDENCE_REFERENCE = (
    "Ma C, Bandukwala S, Burman D, et al. Interconversion of three measures of performance status: an empirical "
    "analysis. Eur J Cancer. 2010;46(18):3175-3183."
)


class Karnofsky(Enum):
    """Percent, in decades only. Text, so that no other number is taken for one."""

    K10 = "10"
    K20 = "20"
    K30 = "30"
    K40 = "40"
    K50 = "50"
    K60 = "60"
    K70 = "70"
    K80 = "80"
    K90 = "90"
    K100 = "100"


class Ecog(Enum):
    """From 0, fully active, to 5, dead."""

    E0 = "0"
    E1 = "1"
    E2 = "2"
    E3 = "3"
    E4 = "4"
    E5 = "5"


# Ma 2010: the classes that agreed best in 1,385 patients, for 75 % of them. Other series cut elsewhere, so a
# score is never computed through this table; it helps a reader who knows only one of the two scales.
KARNOFSKY_BY_ECOG: Mapping[Ecog, tuple[Karnofsky, ...]] = MappingProxyType(
    {
        Ecog.E0: (Karnofsky.K100,),
        Ecog.E1: (Karnofsky.K80, Karnofsky.K90),
        Ecog.E2: (Karnofsky.K60, Karnofsky.K70),
        Ecog.E3: (Karnofsky.K40, Karnofsky.K50),
        Ecog.E4: (Karnofsky.K10, Karnofsky.K20, Karnofsky.K30),
    }
)
ECOG_BY_KARNOFSKY: Mapping[Karnofsky, Ecog] = MappingProxyType(
    {decade: grade for grade, decades in KARNOFSKY_BY_ECOG.items() for decade in decades}
)
