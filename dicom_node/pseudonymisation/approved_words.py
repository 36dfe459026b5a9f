"""The custodian's own harmless words: a plain file in the home, one or several words a line, `#` begins a comment."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from dicom_node.durable import sync_folder
from dicom_node.pseudonymisation.vocabulary import ApprovalError, Vocabulary, approvable

_HEADING = "# Words that may stay in descriptions, besides those that come with the product.\n"


def read_approved(path: Path) -> frozenset[str]:
    """The custodian's words, folded; none when the file does not exist. Raises ApprovalError naming the line."""
    approved = set()
    for number, line in enumerate(_text(path).splitlines(), start=1):
        for word in line.partition("#")[0].split():
            try:
                approved.add(approvable(word))
            except ApprovalError as error:
                raise ApprovalError(f"{path}, line {number}: {error}") from None
    return frozenset(approved)


def approve_words(path: Path, words: Iterable[str]) -> tuple[str, ...]:
    """Add words to the file, all of them or none; the folded words are returned, also those that were known.

    Raises ApprovalError for a word that cannot be approved, and OSError when the file cannot be written.
    """
    asked = tuple(dict.fromkeys(approvable(word) for word in words))
    known = read_approved(path) | Vocabulary.default().words
    new = [word for word in asked if word not in known]
    if new:
        _replace(path, (_text(path) or _HEADING).rstrip("\n") + "\n" + "".join(f"{word}\n" for word in new))
    return asked


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ApprovalError(f"{path} cannot be read ({type(error).__name__})") from None


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
