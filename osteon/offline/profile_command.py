"""`osteon pseudonymise profile`: what a profile does to every attribute, as a table."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from dicom_node.pseudonymisation.describe import Description, describe
from dicom_node.pseudonymisation.profile import ProfileError
from osteon.engine_parts import profile_of
from osteon.failing import failing_clearly
from osteon.settings import read_settings


@click.command("profile")
@click.option(
    "--profile",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file, instead of the default.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly(ProfileError)
def command(*, profile: Path | None, as_json: bool) -> None:
    """Print what a profile does to each attribute of PS3.15 Table E.1-1, and to all others, as a Markdown table."""
    chosen = profile_of(profile or read_settings().profile)
    if as_json:
        options = sorted(option.value for option in chosen.options)
        rows = [asdict(row) for row in describe(chosen)]
        click.echo(
            json.dumps({"name": chosen.name, "digest": chosen.digest, "options": options, "rows": rows}, indent=1)
        )
        return
    click.echo(f"Profile {chosen.name}, digest {chosen.digest}\n")
    click.echo("\n".join(table(list(describe(chosen)))))


def table(rows: list[Description]) -> list[str]:
    """The lines of a Markdown table."""
    head = ["| tag | attribute | what is done | why |", "|---|---|---|---|"]
    return head + [f"| {row.tag} | {row.name} | {row.action} | {row.why} |" for row in rows]
