"""Counts of dropped words: added up over processes, never in clear on disk, shown to the custodian only."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dicom_node.pseudonymisation.dropped_words import (
    MOST_FILES,
    DroppedWords,
    DroppedWordsError,
    DroppedWordStore,
)
from osteon.offline.vocabulary_command import command
from storage.keys import KeyRing, UnknownKeyError, create_key_file

KEYS = KeyRing(b"k" * 32)


def everything_on_disk(folder: Path) -> bytes:
    return b"".join(path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_counts_of_several_writers_add_up(tmp_path: Path) -> None:
    DroppedWordStore(tmp_path / "words", KEYS).add({"zorglub": 2, "dupont": 1})
    DroppedWordStore(tmp_path / "words", KEYS).add({"zorglub": 3})
    assert DroppedWordStore(tmp_path / "words", KEYS).counts() == {"zorglub": 5, "dupont": 1}


def test_no_word_rests_on_disk_in_clear(tmp_path: Path) -> None:
    DroppedWordStore(tmp_path, KEYS).add({"zorglub": 2, "dupont": 1})
    assert b"dupont" not in everything_on_disk(tmp_path)
    assert b"zorglub" not in everything_on_disk(tmp_path)


def test_nothing_counted_writes_nothing(tmp_path: Path) -> None:
    DroppedWordStore(tmp_path, KEYS).add({})
    assert list(tmp_path.iterdir()) == []
    assert DroppedWordStore(tmp_path / "absent", KEYS).counts() == {}


def test_many_files_become_one_again(tmp_path: Path) -> None:
    store = DroppedWordStore(tmp_path, KEYS)
    for _ in range(MOST_FILES + 1):
        store.add({"zorglub": 1})
    assert store.counts() == {"zorglub": MOST_FILES + 1}
    assert len(list(tmp_path.iterdir())) == 1


def test_counts_outlive_a_rotation_of_the_key(tmp_path: Path) -> None:
    DroppedWordStore(tmp_path, KEYS).add({"zorglub": 1})
    rotated = DroppedWordStore(tmp_path, KEYS.rotated())
    rotated.add({"zorglub": 1})
    assert rotated.counts() == {"zorglub": 2}


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    DroppedWordStore(tmp_path, KEYS).add({"zorglub": 1})
    with pytest.raises(UnknownKeyError):
        DroppedWordStore(tmp_path, KeyRing(b"o" * 32)).counts()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    store = DroppedWordStore(tmp_path, KEYS)
    store.add({"zorglub": 1})
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"\0\1")
    with pytest.raises(DroppedWordsError, match=file.name):
        store.counts()


def test_words_are_written_when_enough_of_them_came_and_at_the_end(tmp_path: Path) -> None:
    store = DroppedWordStore(tmp_path / "words", KEYS)
    counter = DroppedWords(store, flush_every=3)
    counter.count(["zorglub", "dupont"])
    assert store.counts() == {}
    counter.count(["zorglub"])
    assert store.counts() == {"zorglub": 2, "dupont": 1}
    counter.count(["zorglub", "x" * 100])
    counter.flush()
    counter.flush()
    assert store.counts() == {"zorglub": 3, "dupont": 1}


def test_counts_stay_in_memory_when_they_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "words"
    blocked.write_text("no folder")
    counter = DroppedWords(DroppedWordStore(blocked, KEYS))
    counter.count(["zorglub"])
    with pytest.raises(OSError, match="words"):
        counter.flush()
    blocked.unlink()
    counter.flush()
    assert DroppedWordStore(blocked, KEYS).counts() == {"zorglub": 1}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    keys = create_key_file(tmp_path / "vault" / "osteon.key")
    store = DroppedWordStore(tmp_path / "vault" / "dropped-words", keys)
    store.add({"zorglub": 7, "bulgroz": 9, "dupont": 1})
    return tmp_path


def run(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["--home", str(home), *arguments])
    return result.exit_code, result.output


def test_the_command_lists_what_was_dropped_most_first(home: Path) -> None:
    code, output = run(home)
    assert code == 0
    assert [line.split() for line in output.splitlines()] == [["9", "bulgroz"], ["7", "zorglub"], ["1", "dupont"]]


def test_the_command_says_how_many_more_there_are(home: Path) -> None:
    assert run(home, "--limit", "1")[1].splitlines()[-1] == "and 2 more (--limit)"


def test_the_command_speaks_json(home: Path) -> None:
    content = json.loads(run(home, "--json", "--limit", "1")[1])
    assert content == {"words": [{"word": "bulgroz", "dropped": 9}], "total": 3}


def test_an_approved_word_is_written_down_and_no_longer_listed(home: Path) -> None:
    code, _ = run(home, "--approve", "Zorglub", "--approve", "bulgroz")
    assert code == 0
    assert (home / "vocabulary.txt").read_text().splitlines()[-2:] == ["zorglub", "bulgroz"]
    assert run(home)[1].split() == ["1", "dupont"]


def test_approving_speaks_json(home: Path) -> None:
    content = json.loads(run(home, "--approve", "Zorglub", "--json")[1])
    assert content["approved"] == ["zorglub"]


def test_words_that_a_hand_wrote_into_the_file_are_not_listed(home: Path) -> None:
    (home / "vocabulary.txt").write_text("bulgroz zorglub dupont\n")
    assert run(home)[1] == "no word was dropped\n"


@pytest.mark.parametrize("word", ["123456", "two words", "A1234"])
def test_what_may_be_an_identifier_is_refused_with_the_reason(home: Path, word: str) -> None:
    code, output = run(home, "--approve", word)
    assert code == 1
    assert output.startswith("Error: ")
    assert not (home / "vocabulary.txt").exists()


def test_without_a_key_the_command_says_so(tmp_path: Path) -> None:
    code, output = run(tmp_path)
    assert code == 1
    assert "osteon.key" in output


def test_another_key_file_is_told_apart(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    create_key_file(other)
    code, output = run(home, "--key-file", str(other))
    assert code == 1
    assert "does not hold key" in output
