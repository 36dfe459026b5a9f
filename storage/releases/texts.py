"""The texts that every release holds: what it is, how to check it, and how it may be used."""

from storage.releases.records import ReleaseRecord

DEFAULT_DATA_USE = """\
# Data use / Utilisation des données

These data are pseudonymised, not anonymous: they are personal data (GDPR, recital 26). Use them for the purpose they
were granted for, do not pass them on, do not try to find out who somebody is, keep them safe, and delete them when the
grant says so. When a patient is erased from the release, delete that patient's files: the manifest names them.

Ces données sont pseudonymisées, non anonymes : ce sont des données à caractère personnel (RGPD, considérant 26).
Utilisez-les pour la finalité accordée, ne les transmettez pas, ne cherchez pas à identifier une personne, protégez-les
et supprimez-les au terme prévu. Lorsqu'un patient est effacé de la diffusion, supprimez ses fichiers : le manifeste
les désigne.

Research software, not a medical device. / Logiciel de recherche, non un dispositif médical.
"""


def readme(release: ReleaseRecord) -> str:
    """The same for the same release, whenever it is written; what may change by an erasure is not in it."""
    return f"""\
# Release {release.number}: {_one_line(release.name)}

| folder | what |
|---|---|
| `dicom/<patient>/<session>/<series>/` | images as the registry keeps them |
| `nifti/sub-<patient>/ses-<session>/` | volumes, masks on their grid, and their JSON sidecars, named as in BIDS |
| `masks/`, `sr/` | DICOM segmentations and structured reports |
| `tables/` | patients, studies, series, lesions, readings, scores, measurements; what their columns mean |
{_records(release)}| `data-use.md` | how these data may be used |

Only what was chosen is there: `../release.json` says what, and why a series was refused.

A session is `D` and the days since the patient's first study in the registry; `b`, `c`, … follow where there were
several on one day. Dates are moved by a number of days of each patient's own: intervals are exact.

Readings: {release.readings.value}. A reading is in here as of the revision that the tables name.

`profile` in `../release.json` is the profile that was set when the release was begun. Each image says in (0012,0063) by
which one it was pseudonymised: it may have come before that one was set.

Check the files: `sha256sum -c manifest-sha256.txt`, one folder above this one, or any BagIt tool (RFC 8493).

Research software, not a medical device.
"""


def _records(release: ReleaseRecord) -> str:
    if release.contents.record is None:
        return ""
    return "| `tables/record_*` | clinical records: final entries; beside them what endpoints are computed from |\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
