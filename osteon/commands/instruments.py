"""`osteon instruments`: what every score, grade and rule asks and answers."""

import json
from dataclasses import asdict
from enum import Enum

import click

from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.wording.flags import FLAGS
from osteon.instruments_page import Language, page


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "languages",
    "--language",
    type=click.Choice([language.value for language in Language]),
    multiple=True,
    default=[Language.ENGLISH.value],
    show_default=True,
    help="Of the page; given twice, one after the other.",
)
@click.option("as_json", "--json", is_flag=True, help="The description for programs, in both languages.")
def command(names: tuple[str, ...], languages: tuple[str, ...], as_json: bool) -> None:
    """Print tables, bands, conventions and references of every score, grade and rule, or of those named.

    The page is Markdown; `docs/scores.md` is made by `osteon instruments --language en --language fr`.
    """
    if unknown := [name for name in names if name not in DESCRIPTIONS]:
        raise click.UsageError(f"no such instrument: {', '.join(unknown)}; there are: {', '.join(DESCRIPTIONS)}")
    chosen = [DESCRIPTIONS[name] for name in names or DESCRIPTIONS]
    if as_json:
        described = {
            "instruments": [asdict(each) for each in chosen],
            "flags": [{"name": name, "label": asdict(words)} for name, words in FLAGS.items()],
        }
        click.echo(json.dumps(described, ensure_ascii=False, indent=1, default=_plain))
        return
    click.echo("\n".join(page(chosen, FLAGS, Language(language)) for language in languages), nl=False)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(type(value).__name__)
