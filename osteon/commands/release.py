"""`osteon release`: make releases, follow them, give them to people, compare them, erase a patient from them."""

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from osteon.api_requests import Json, RequestFailedError
from osteon.asking import asking
from osteon.cohort_choosing import Chosen, choosing, named
from osteon.release_requests import ReleaseRequests

REASONS = ("objection", "consent_withdrawn", "erasure_request", "included_by_mistake")
LOOK_AGAIN_SECONDS = 1.0
JOB_OVER = ("done", "failed", "cancelled")
DEFAULT_DAYS = 365
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
PARTS = ("patients", "series", "files", "readings")


@click.group("release")
def command() -> None:
    """Make research releases, follow them, grant them, compare them, erase a patient from them."""


@command.command()
@click.argument("name")
@choosing
@click.option("--dicom/--no-dicom", default=True, show_default=True, help="Images as the registry keeps them.")
@click.option("--nifti", is_flag=True, help="Volumes with JSON sidecars.")
@click.option("--suv", is_flag=True, help="PET volumes as SUVbw.")
@click.option("--masks", is_flag=True, help="DICOM segmentations; with --nifti, also as NIfTI masks.")
@click.option("--sr", is_flag=True, help="Structured reports, those of the readings among them.")
@click.option("--table", "tables", multiple=True, type=click.Choice(["csv", "parquet"]), help="Default: csv.")
@click.option("--no-tables", is_flag=True, help="No tables.")
@click.option(
    "--record",
    type=click.Choice(["cohort", "registry"]),
    help="Clinical records as tables: of the patients of the images, or of everybody.",
)
@click.option("--lock", is_flag=True, help="With --record: each patient's data lock (osteon registry lock).")
@click.option("--readings", type=click.Choice(["signed", "adjudicated"]), default="signed", show_default=True)
@click.option("--data-use", type=click.File(), help="A text on how the data may be used (Markdown).")
@click.option("--previous", type=click.IntRange(1), help="Which release it follows.")
@click.option("--wait", is_flag=True, help="Until it is ready; exit code 1 when it fails.")
@asking(ReleaseRequests)
def create(
    *,
    requests: ReleaseRequests,
    name: str,
    chosen: Chosen,
    tables: Sequence[str],
    no_tables: bool,
    readings: str,
    data_use: Any,
    previous: int | None,
    record: str | None,
    wait: bool,
    as_json: bool,
    **contents: bool,
) -> None:
    """Begin a release called NAME; it is built in the background."""
    body: Json = {
        "name": name,
        "contents": contents | {"tables": [] if no_tables else list(tables or ("csv",)), "record": record},
        "readings": readings,
    }
    body |= _cohort(chosen, requests)
    if data_use is not None:
        body["data_use"] = data_use.read()
    if previous is not None:
        body["previous"] = previous
    begun = requests.begin(body)
    if wait:
        _show(_waited(requests, begun["number"]), as_json=as_json)
    elif as_json:
        click.echo(json.dumps(begun, indent=1))
    else:
        click.echo(f"release {begun['number']} is being built (job {begun['job']})")


@command.command("list")
@asking(ReleaseRequests)
def list_releases(*, requests: ReleaseRequests, as_json: bool) -> None:
    """List the releases that you may see, the newest first."""
    found = list(requests.all())
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for each in found:
        click.echo(_line(each))


@command.command()
@click.argument("number", type=click.IntRange(1))
@asking(ReleaseRequests)
def show(*, requests: ReleaseRequests, number: int, as_json: bool) -> None:
    """Show one release: state, contents, counts, checksum of the manifest, who was erased."""
    _show(requests.one(number), as_json=as_json)


@command.command()
@click.argument("number", type=click.IntRange(1))
@asking(ReleaseRequests)
def cancel(*, requests: ReleaseRequests, number: int, as_json: bool) -> None:
    """Give up a release that is not ready."""
    _show(requests.cancel(number), as_json=as_json)


@command.command()
@click.argument("number", type=click.IntRange(1))
@asking(ReleaseRequests)
def resume(*, requests: ReleaseRequests, number: int, as_json: bool) -> None:
    """Have a release that failed built again, from where it had come to."""
    begun = requests.resume(number)
    click.echo(json.dumps(begun, indent=1) if as_json else f"release {number} is being built (job {begun['job']})")


@command.command()
@click.argument("number", type=click.IntRange(1))
@click.argument("account")
@click.option("--days", type=click.IntRange(1), help=f"For so many days; {DEFAULT_DAYS} unless --until is given.")
@click.option("--until", metavar="WHEN", type=MOMENT, help="Up to this moment (UTC).")
@asking(ReleaseRequests)
def grant(
    *, requests: ReleaseRequests, number: int, account: str, days: int | None, until: datetime | None, as_json: bool
) -> None:
    """Let ACCOUNT, a user name or the label of a token, have a release."""
    if days is not None and until is not None:
        raise click.UsageError("give either --days or --until")
    body: Json = {"days": days or DEFAULT_DAYS}
    if until is not None:
        body = {"expires_at": until.replace(tzinfo=UTC).isoformat()}
    _show_grants([requests.grant(number, account, body)], as_json=as_json)


@command.command()
@click.argument("number", type=click.IntRange(1))
@click.argument("account")
@asking(ReleaseRequests)
def revoke(*, requests: ReleaseRequests, number: int, account: str, as_json: bool) -> None:
    """Take a release back from ACCOUNT at once."""
    _show_grants([requests.revoke(number, account)], as_json=as_json)


@command.command()
@click.argument("number", type=click.IntRange(1))
@asking(ReleaseRequests)
def grants(*, requests: ReleaseRequests, number: int, as_json: bool) -> None:
    """List who may have a release, and who could."""
    _show_grants(requests.grants(number), as_json=as_json)


@command.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--with", "other", type=click.IntRange(1), help="The earlier release; the one before it unless given.")
@click.option("--limit", type=click.IntRange(0, 500), default=20, show_default=True, help="How many of each are named.")
@asking(ReleaseRequests)
def diff(*, requests: ReleaseRequests, number: int, other: int | None, limit: int, as_json: bool) -> None:
    """Say what a release has that an earlier one has not, and the reverse."""
    before = other or requests.one(number)["previous"]
    if before is None:
        raise RequestFailedError(f"release {number} follows none: name one with --with")
    found = requests.difference(number, before, limit)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for line in _difference_lines(found):
        click.echo(line)


@command.command()
@click.argument("pseudonym")
@click.option("--reason", required=True, type=click.Choice(REASONS))
@click.option("--release", "number", type=click.IntRange(1), help="Only from this one; otherwise from all.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asking(ReleaseRequests)
def erase(
    *, requests: ReleaseRequests, pseudonym: str, reason: str, number: int | None, yes: bool, as_json: bool
) -> None:
    """Erase a patient from every release that has them. It cannot be undone; later releases leave them out."""
    where = "every release" if number is None else f"release {number}"
    if not yes:
        click.confirm(f"Erase {pseudonym} from {where}? It cannot be undone", abort=True, err=True)
    done = requests.erase({"pseudonym": pseudonym, "reason": reason}, number)
    if as_json:
        click.echo(json.dumps(done, indent=1))
    elif number is None:
        erased = ", ".join(map(str, done["releases"]))
        click.echo(f"erased from {f'releases {erased}' if erased else 'no release: none has this patient'}")
        click.echo("later releases leave the patient out")
    else:
        click.echo(f"erased from release {number}; its manifest is now {done['manifest_sha256']}")


def _cohort(chosen: Chosen, requests: ReleaseRequests) -> Json:
    """A saved cohort keeps its name in the release, unless more is asked of it."""
    if chosen.is_everything:
        raise click.UsageError("give --query, --cohort or --where; --query - with {} is everything")
    if chosen.cohort is not None and not chosen.where:
        name, version = named(chosen.cohort)
        return {"cohort": {"name": name} | ({} if version is None else {"version": version})}
    return {"query": chosen.document(requests) or {}}


def _waited(requests: ReleaseRequests, number: int) -> Json:
    while (found := requests.one(number))["state"] == "building":
        _check_built(requests, found)
        time.sleep(LOOK_AGAIN_SECONDS)
    if found["state"] != "ready":
        raise RequestFailedError(f"release {number} {found['state']}: {found['failure'] or 'somebody called it off'}")
    return found


def _check_built(requests: ReleaseRequests, found: Json) -> None:
    """Raises RequestFailedError when nobody builds it any more, as when its job alone was cancelled."""
    state = requests.job(found["job"])["state"]
    now = requests.one(found["number"])  # its job may have ended with it, or another have been asked for, meanwhile
    if state in JOB_OVER and (now["state"], now["job"]) == ("building", found["job"]):
        raise RequestFailedError(
            f"release {found['number']}: its job is {state}, nobody builds it any more;"
            f" go on with osteon release resume {found['number']}"
        )


def _show(found: Json, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    click.echo(_line(found))
    chosen = [name for name, value in found["contents"].items() if value]
    click.echo(f"contents: {', '.join(chosen)}; readings: {found['readings']}")
    if found["failure"]:
        click.echo(f"failed: {found['failure']}")
    for kind, each in ((found["counts"] or {}).get("by_kind") or {}).items():
        click.echo(f"{each['files']:>9} {kind} files, {each['bytes'] / 1e6:.1f} MB")
    if found["manifest_sha256"]:
        click.echo(f"manifest: {found['manifest_sha256']}")
    if found["tombstones"]:
        click.echo(f"manifest before any erasure: {found['original_manifest_sha256']}")
    for each in found["tombstones"]:
        click.echo(f"erased: {each['pseudonym']} at {each['at']} ({each['reason']})")


def _line(found: Json) -> str:
    counts = found["counts"] or {}
    size = f"  {counts['patients']} patients, {counts['series']} series, {counts['files']} files" if counts else ""
    return f"{found['number']}  {found['name']}  {found['state']}  {found['created_at'][:19]}Z{size}"


def _show_grants(found: list[Json], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for each in found:
        ended = f"revoked {each['revoked_at']} by {each['revoked_by']}" if each["revoked_at"] else ""
        click.echo(f"{each['account']}  until {each['expires_at']}  by {each['granted_by']}  {ended}".rstrip())


def _difference_lines(found: Json) -> Iterator[str]:
    yield f"release {found['before']} -> release {found['after']}"
    for part in PARTS:
        for what, sign in (("added", "+"), ("removed", "-"), ("changed", "~")):
            change = found.get(f"{part}_{what}")
            if change and change["count"]:
                yield f"{sign} {change['count']} {part} {what}"
                yield from (f"    {name}" for name in change["first"])
    if found["readings_revised"]:
        yield f"~ {found['readings_revised']} readings revised"
        yield from (f"    {each['reading_id']}: {each['before']} -> {each['after']}" for each in found["revised"])
    for each in found["versions"]:
        yield f"~ {each['name']}: {each['before']} -> {each['after']}"
