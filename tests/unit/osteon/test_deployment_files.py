"""compose.yaml cannot be run in the tests, so at least it is read; and lock files carry hashes and no address."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.workbench.pages import PAGES
from osteon.settings import PREFIX, Settings
from tests.builders.real_files import REPOSITORY

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())
PACKED = "api/workbench/web/"
LOCKS = ("requirements/runtime.txt", "requirements/dev.txt", "requirements/endpoints.txt")


def test_compose_has_the_four_services() -> None:
    assert set(COMPOSE["services"]) == {"orthanc", "postgres", "node", "api"}


@pytest.mark.parametrize("service", ["node", "api"])
def test_every_setting_in_compose_exists(service: str) -> None:
    names = set(COMPOSE["services"][service]["environment"])
    assert names <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_only_the_node_has_the_volume_with_vault_and_key() -> None:
    volumes = {name: service.get("volumes", []) for name, service in COMPOSE["services"].items()}
    assert [name for name, mounted in volumes.items() if any("node:" in mount for mount in mounted)] == ["node"]


def test_orthanc_and_postgres_publish_no_port() -> None:
    assert not any("ports" in COMPOSE["services"][name] for name in ("orthanc", "postgres"))


def test_the_api_is_published_on_loopback_only() -> None:
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["api"]["ports"])


def test_no_password_is_written_into_compose() -> None:
    text = (REPOSITORY / "compose.yaml").read_text()
    passwords = re.findall(r"^ +\w*PASSWORD: (.+)$", text, re.MULTILINE)
    assert passwords
    assert all(value.startswith("${") for value in passwords)


def test_orthanc_is_configured_closed() -> None:
    configuration = json.loads((REPOSITORY / "orthanc" / "orthanc.json").read_text())
    assert configuration["AuthenticationEnabled"] is True
    assert configuration["RemoteAccessAllowed"] is False
    assert configuration["DicomServerEnabled"] is False
    assert configuration["OverwriteInstances"] is False


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_pin_with_hashes_and_name_no_registry(lock: str) -> None:
    text = (REPOSITORY / lock).read_text()
    pins = re.findall(r"^[\w.\-]+==", text, re.MULTILINE)
    blocks = re.findall(r"^[\w.\-]+==[^#\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE)
    assert len(blocks) == len(pins) > 20
    assert not re.search(r"https?://|--index-url|--find-links|@ file", text)


def test_the_wheel_holds_the_workbench_where_the_installed_package_looks_for_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name.removeprefix(PACKED) for name in archive.namelist() if name.startswith(PACKED)}
        assert not [name for name in archive.namelist() if name.startswith("web/")]
        archive.extractall(tmp_path / "installed")

    ours = {str(file.relative_to(REPOSITORY / "web")) for file in (REPOSITORY / "web").rglob("*") if file.is_file()}
    assert {f"pages/{page}.html" for page in PAGES.values()} <= packed <= ours
    asked = "from api.workbench.files import workbench_folder; print(workbench_folder())"
    said = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path / "installed",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == str(tmp_path / "installed" / "api" / "workbench" / "web")
