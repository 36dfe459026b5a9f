"""`osteon pseudonymise vocabulary`: the words that were dropped from descriptions most, and their approval.

The list may hold names, so it goes to the custodian's terminal and nowhere else.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import click

from dicom_node.pseudonymisation.approved_words import approve_words, read_approved
from dicom_node.pseudonymisation.dropped_words import DroppedWordsError, DroppedWordStore
from dicom_node.pseudonymisation.vocabulary import ApprovalError, Vocabulary
from osteon.failing import failing_clearly
from osteon.home import prepare_home
from osteon.settings import at_home, read_settings
from storage.keys import KeyFileError, load_key_file

_SHOWN = 50


@click.command("vocabulary")
@click.option("--approve", "approved", multiple=True, metavar="WORD", help="Keep WORD from now on; may be repeated.")
@click.option("--limit", default=_SHOWN, show_default=True, type=click.IntRange(min=1), help="Words to list.")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="Home folder, instead of OSTEON_HOME.")
@click.option("--key-file", type=click.Path(dir_okay=False, path_type=Path), help="Key, instead of OSTEON_KEY_FILE.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@failing_clearly(KeyFileError, DroppedWordsError, ApprovalError, OSError)
def command(*, approved: tuple[str, ...], limit: int, home: Path | None, key_file: Path | None, as_json: bool) -> None:
    """List the words dropped from descriptions most, or approve some of them.

    The list may hold names: it is for the custodian's eyes. Approved words stand in `vocabulary.txt` in the home,
    one a line; running nodes take them up when they are started again. A word that is part of an object's own names
    or numbers is dropped from that object even so.
    """
    settings = at_home(read_settings(), home, key_file)
    prepare_home(settings.home)
    store = DroppedWordStore(settings.dropped_words_folder, load_key_file(settings.key_path))
    list_file = settings.approved_words_file
    if approved:
        added = approve_words(list_file, approved)
        store.compact(without=added)
        _print_approved(added, list_file, as_json=as_json)
        return
    vocabulary = Vocabulary.default().with_approved(read_approved(list_file))
    counts = [(word, count) for word, count in store.counts().most_common() if word not in vocabulary.words]
    _print_counts(counts[:limit], len(counts), as_json=as_json)


def _print_approved(added: Iterable[str], list_file: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"approved": list(added), "file": str(list_file)}, ensure_ascii=False, indent=1))
        return
    for word in added:
        click.echo(f"approved  {word}")
    click.echo(f"kept from the next start on; the list is {list_file}")


def _print_counts(counts: list[tuple[str, int]], total: int, *, as_json: bool) -> None:
    if as_json:
        rows = [{"word": word, "dropped": count} for word, count in counts]
        click.echo(json.dumps({"words": rows, "total": total}, ensure_ascii=False, indent=1))
        return
    if not counts:
        click.echo("no word was dropped")
    for word, count in counts:
        click.echo(f"{count:>9}  {word}")
    if total > len(counts):
        click.echo(f"and {total - len(counts)} more (--limit)")
