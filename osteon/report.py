"""What `osteon serve` prints when it is ready: where it is, what it holds, and what the sample's scores are."""

from collections.abc import Iterator
from typing import Any

from osteon.addresses import base_url
from osteon.first_start import Sample
from osteon.settings import Settings
from osteon.starting import FirstState

Json = dict[str, Any]


def ready_report(settings: Settings, state: FirstState, seconds: float) -> Iterator[str]:
    """All lines, the last one saying that it is ready."""
    yield "Osteon: research software, not a medical device"
    yield ""
    yield from addresses(settings)
    yield ""
    counts = state.counts
    yield (
        f"  holds     patients {counts.patients}, studies {counts.studies}, series {counts.series}, "
        f"objects {counts.objects}; in quarantine {counts.quarantined}"
    )
    if state.token is None:
        yield "  token     the one shown at first start; `osteon token create LABEL` makes another"
    else:
        yield f"  token     {state.token}  (also in {settings.home / 'token'})"
    if state.problem is not None:
        yield f"  sample    none: {state.problem}"
    if state.sample is not None:
        yield from _sample_lines(state.sample, state)
    yield ""
    yield f"ready in {seconds:.1f} s; Ctrl-C stops everything"


def _sample_lines(sample: Sample, state: FirstState) -> Iterator[str]:
    yield ""
    yield f"  sample    {sample.pseudonym}: 1 study, {sample.instances} images, through the C-STORE door"
    yield f"            StudyInstanceUID {sample.study_instance_uid}"
    for lesion, scores in zip(state.lesions, state.scores, strict=True):
        yield f"  lesion {lesion['label']} {site_words(lesion['site'])}"
        for name in ("mirels", "sins"):
            if "not_applicable" not in scores[name]:
                yield f"            {score_line(scores[name])}"


def addresses(settings: Settings) -> Iterator[str]:
    """Where things are."""
    base = base_url(settings)
    yield f"  workbench {(settings.public_url or base).rstrip('/')}/"
    yield f"  API       {base}/api/v1  (description: {base}/api/v1/openapi.json)"
    yield f"  health    {base}/health/ready"
    yield f"  DICOM     {settings.ae_title}@{settings.dicom_host}:{settings.dicom_port}  (C-ECHO, C-STORE: CT, MR, PET)"
    if settings.tls_port is not None:
        yield f"  DICOM TLS {settings.ae_title}@{settings.dicom_host}:{settings.tls_port}"
    yield f"  Orthanc   {settings.orthanc_address}  (loopback, credentials in {settings.orthanc_folder})"
    yield f"  state     {settings.home.absolute()}"
    yield f"  key       {settings.key_path.absolute()}  <- back it up: without it nobody can be re-identified"


def score_line(score: Json) -> str:
    """One applicable score: total or bounds, band, and what is missing."""
    name = {"mirels": "Mirels", "sins": "SINS"}.get(score["instrument"], score["instrument"])
    if score["total"] is not None:
        value = str(score["total"])
    else:
        missing = ", ".join(item for item, points in score["points"].items() if points is None)
        value = f"{score['minimum']} to {score['maximum']} ({missing} unknown)"
    band = score["band"].replace("_", " ") if score["category_decided"] else "band not decided yet"
    points = " + ".join(f"{item} {'?' if points is None else points}" for item, points in score["points"].items())
    return f"{name} {value}: {band}  [{points}]"


def site_words(site: Json) -> str:
    """A site in a few words: "L3 vertebra", "left femur, subtrochanteric"."""
    if site.get("level"):
        return f"{site['level']} {site['bone']}"
    side = f"{site['side']} " if site.get("side") else ""
    region = f", {site['region'].replace('_', ' ')}" if site.get("region") else ""
    return f"{side}{site['bone'].replace('_', ' ')}{region}"
