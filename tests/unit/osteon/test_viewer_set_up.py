"""Set-up of the viewer's package: what is taken of it, what is refused, and that it is there whole or not at all."""

import base64
import gzip
import hashlib
import io
import stat
import tarfile
from pathlib import Path

import pytest

from osteon.ohif import __main__ as command
from osteon.ohif import fetching, unpacking
from osteon.ohif.fetching import NotFetchedError, fetch
from osteon.ohif.pinned import place_of
from osteon.ohif.unpacking import install, is_installed

FILES = {
    "package/LICENSE": b"MIT",
    "package/package.json": b"{}",
    "package/dist/app.bundle.0123456789abcdef.js": b"let app;" * 100,
    "package/dist/index.html": b"theirs",
    "package/dist/ort/large.wasm": b"large",
    "package/dist/app.bundle.0123456789abcdef.js.map": b"map",
    "package/dist/assets/favicon.ico": b"icon",
    "package/dist/assets/images/CT-Bone.png": b"picture",
}
NPM = """#!/bin/sh
echo once >> "{calls}"
for last; do :; done
cp "{package}" "$last/ohif-app.tgz"
"""


def packed(file: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(file, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small one, which is the pinned one for the test."""
    file = packed(tmp_path / "package.tgz", FILES)
    digest = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    for module in (fetching, unpacking):
        monkeypatch.setattr(module, "SHA512", digest)
    return file


@pytest.fixture
def npm_calls(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called npm that gives the package, and writes down that it was asked."""
    programs = tmp_path / "bin"
    programs.mkdir()
    calls = tmp_path / "calls"
    program = programs / "npm"
    program.write_text(NPM.format(calls=calls, package=package))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return calls


@pytest.mark.parametrize(
    ("member", "place"),
    [
        ("package/LICENSE", "LICENSE"),
        ("package/dist/89.bundle.b327bf3664812958.js", "89.bundle.b327bf3664812958.js"),
        ("package/dist/assets/images/CT-Bone.png", "assets/images/CT-Bone.png"),
        ("package/dist/index.html", None),
        ("package/dist/sw.js", None),
        ("package/dist/app.bundle.js.map", None),
        ("package/dist/ort/ort.wasm", None),
        ("package/dist/assets/favicon.ico", None),
        ("package/package.json", None),
        ("package/dist/../../../etc/passwd", None),
        ("/etc/passwd", None),
    ],
)
def test_of_the_package_only_what_is_used_goes_below_the_folder(member: str, place: str | None) -> None:
    found = place_of(member)
    assert (found and found.as_posix()) == place


def test_what_is_used_is_unpacked_and_compressed_beside(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "web" / "ohif"
    install(package, folder)

    script = folder / "app.bundle.0123456789abcdef.js"
    assert script.read_bytes() == FILES[f"package/dist/{script.name}"]
    assert gzip.decompress(script.with_name(f"{script.name}.gz").read_bytes()) == script.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == [
        "LICENSE", script.name, f"{script.name}.gz", "assets", "installed.json",
    ]  # fmt: skip
    assert is_installed(folder)


def test_an_earlier_version_is_replaced_and_nothing_of_it_left(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ohif"
    folder.mkdir()
    (folder / "old.js").write_text("old")
    (folder / "installed.json").write_text('{"version": "1.0.0", "sha512": "other"}')
    assert not is_installed(folder)

    install(package, folder)

    assert is_installed(folder)
    assert not (folder / "old.js").exists()


def test_a_package_cut_short_leaves_what_was_there(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ohif"
    install(package, folder)
    cut = tmp_path / "cut.tgz"
    cut.write_bytes(package.read_bytes()[:-40])

    with pytest.raises(NotFetchedError, match="cannot be unpacked"):
        install(cut, folder)

    assert is_installed(folder)
    assert not (tmp_path / ".ohif-new").exists()


def test_another_package_than_the_pinned_one_is_refused(package: Path, tmp_path: Path) -> None:
    other = packed(tmp_path / "other.tgz", FILES | {"package/dist/evil.js": b"evil"})

    with pytest.raises(NotFetchedError, match="sha512"):
        fetch(tmp_path / "download", print, other)
    assert fetch(tmp_path / "download", print, package) == package


def test_npm_gives_the_package_once_and_what_it_gave_is_not_fetched_again(npm_calls: Path, tmp_path: Path) -> None:
    download = tmp_path / "download"

    first = fetch(download, print)
    assert fetch(download, print) == first

    assert npm_calls.read_text().split() == ["once"]


def test_what_an_earlier_run_left_half_done_is_fetched_anew(npm_calls: Path, package: Path, tmp_path: Path) -> None:
    download = tmp_path / "download"
    download.mkdir()
    (download / "ohif-app.tgz").write_bytes(package.read_bytes()[:100])

    assert fetch(download, print).read_bytes() == package.read_bytes()
    assert npm_calls.read_text().split() == ["once"]


def test_set_up_is_done_once_and_then_asks_nobody(npm_calls: Path, tmp_path: Path) -> None:
    folder = tmp_path / "web" / "ohif"

    assert (command.main(folder), command.main(folder)) == (0, 0)

    assert is_installed(folder)
    assert npm_calls.read_text().split() == ["once"]
    assert not (tmp_path / "web" / ".ohif-download").exists()


def test_set_up_that_fails_says_what_is_missing_and_what_to_do(
    npm_calls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    npm = npm_calls.with_name("bin") / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error network: no route' >&2\nexit 1\n")

    assert command.main(tmp_path / "ohif") == 1

    said = capsys.readouterr().err
    assert "the viewer is missing: npm failed: npm error network: no route" in said
    assert "make viewer" in said
    assert "OSTEON_OHIF_PACKAGE" in said


def test_a_machine_without_a_network_is_given_the_package_as_a_file(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSTEON_OHIF_PACKAGE", str(package))
    monkeypatch.setenv("PATH", "")

    assert command.main(tmp_path / "ohif") == 0
    assert is_installed(tmp_path / "ohif")
