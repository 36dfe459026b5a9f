"""The small client: installed alone, from its own lock file, it pulls; of the rest it says what is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.transfer.archive_server import TOKEN
from tests.integration.transfer.release_server import NUMBER, ReleaseArchive, serving_release

ROOT = Path(__file__).parents[2]
PACKAGES = ("annotation", "api", "dicom_node", "lesion_model", "osteon", "storage")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment of its own."""
    folder = tmp_path_factory.mktemp("client")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = str(folder / "venv" / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--requirement", str(ROOT / "requirements" / "client.txt")], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", str(source)], check=True)
    return folder / "venv" / "bin"


def test_the_small_client_pulls_a_release_without_the_servers_packages(client: Path, tmp_path: Path) -> None:
    release = ReleaseArchive(files={"data/README.md": b"# Release 3\n"})
    release.seal()
    with serving_release(release):
        pulled = subprocess.run(
            [client / "osteon", "pull", str(NUMBER), tmp_path / "bag", "--url", release.url],
            env={"OSTEON_TOKEN": TOKEN},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert (tmp_path / "bag" / "data" / "README.md").read_bytes() == b"# Release 3\n"
    found = subprocess.run([client / "python", "-m", "pip", "list"], capture_output=True, text=True, check=True)
    assert "SQLAlchemy" not in found.stdout
    assert "numpy" not in found.stdout


def test_the_small_client_says_what_a_command_of_the_server_lacks(client: Path) -> None:
    asked = subprocess.run([client / "osteon", "serve"], capture_output=True, text=True, check=False)
    assert asked.returncode == 1
    assert "install osteon[images,server]" in asked.stderr
    listed = subprocess.run([client / "osteon", "--help"], capture_output=True, text=True, check=True)
    assert "pull" in listed.stdout
