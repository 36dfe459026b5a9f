"""The guide to access: its commands make certificates that the door and DCMTK can use."""

import subprocess
from pathlib import Path

import pytest

from dicom_node.access import Access
from dicom_node.journal import Journal
from dicom_node.peers import Peer, Peers
from dicom_node.tls import TlsFiles, server_context
from tests.builders.peer import KeepingDoor, listening
from tests.builders.programs import program
from tests.builders.real_files import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "access.md").read_text()
COMMANDS = GUIDE.split("```sh\n")[1].split("```")[0]


@pytest.mark.parametrize("kind", ["as printed", "RSA"])
def test_the_commands_of_the_guide_make_what_the_door_needs(tmp_path: Path, kind: str) -> None:
    commands = COMMANDS
    if kind == "RSA":
        commands = commands.replace("-newkey ec -pkeyopt ec_paramgen_curve:prime256v1", "-newkey rsa:3072")
    made = subprocess.run(["sh", "-e"], input=commands, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    fingerprint = made.stdout.split("=")[-1].strip().replace(":", "").lower()
    context = server_context(
        TlsFiles(certificate=tmp_path / "door.crt", key=tmp_path / "door.key", authorities=tmp_path / "authority.crt")
    )
    marks = frozenset({f"sha256:{fingerprint}"})
    access = Access(Peers(known={"MR2": Peer(ae_title="MR2", certificates=marks)}, only_known=True))
    with listening(KeepingDoor(), Journal(tmp_path / "journal"), access=access, tls=context) as port:
        options = ["+tls", "mr2.key", "mr2.crt", "+cf", "authority.crt", "-aet", "MR2", "-aec", "OSTEON"]
        answer = subprocess.run(
            [program("echoscu"), "-v", *options, "127.0.0.1", str(port)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 0, answer.stderr
