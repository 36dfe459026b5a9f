"""The names and codes of the vertebral levels.

Codes only as in the dictionaries of DICOM PS3.16: S1 to S5 have none there.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lesion_model.places import Level, Term


def _vertebra(level: str, sct: str | None = None, radlex: str | None = None) -> Term:
    name = f"{level} vertebra"
    return Term(en=name, fr=f"vertèbre {level}", sct=sct, meaning=name if sct else None, radlex=radlex)


LEVELS: Mapping[Level, Term] = MappingProxyType(
    {
        Level.C0: Term(en="occiput (C0)", fr="occiput (C0)"),
        Level.C1: _vertebra("C1", "14806007", "RID7745"),
        Level.C2: _vertebra("C2", "39976000", "RID7747"),
        Level.C3: _vertebra("C3", "113205007", "RID29160"),
        Level.C4: _vertebra("C4", "5329002", "RID29161"),
        Level.C5: _vertebra("C5", "36978003", "RID29224"),
        Level.C6: _vertebra("C6", "36054005", "RID29162"),
        Level.C7: _vertebra("C7", "87391001", "RID29163"),
        Level.T1: _vertebra("T1", "64864005", "RID29198"),
        Level.T2: _vertebra("T2", "53733008", "RID29199"),
        Level.T3: _vertebra("T3", "1626008", "RID29200"),
        Level.T4: _vertebra("T4", "73071006", "RID29201"),
        Level.T5: _vertebra("T5", "56401006", "RID29202"),
        Level.T6: _vertebra("T6", "45296009", "RID29203"),
        Level.T7: _vertebra("T7", "62487009", "RID29204"),
        Level.T8: _vertebra("T8", "11068009", "RID29205"),
        Level.T9: _vertebra("T9", "82687006", "RID29206"),
        Level.T10: _vertebra("T10", "7610001", "RID29207"),
        Level.T11: _vertebra("T11", "12989004", "RID29208"),
        Level.T12: _vertebra("T12", "23215003", "RID29209"),
        Level.L1: _vertebra("L1", "66794005", "RID29193"),
        Level.L2: _vertebra("L2", "14293000", "RID29194"),
        Level.L3: _vertebra("L3", "36470004", "RID29195"),
        Level.L4: _vertebra("L4", "11994002", "RID29196"),
        Level.L5: _vertebra("L5", "49668003", "RID29197"),
        Level.S1: _vertebra("S1"),
        Level.S2: _vertebra("S2"),
        Level.S3: _vertebra("S3"),
        Level.S4: _vertebra("S4"),
        Level.S5: _vertebra("S5"),
        Level.COCCYX: Term(en="coccyx", fr="coccyx", sct="64688005", meaning="Coccyx"),
    }
)
