"""Starting and stopping, as a new user does it."""

import json
import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from osteon.sample.study import IDENTIFYING_TEXTS
from osteon.settings import default_workers
from tests.services.processes import answers, end, wait_for, with_environment
from tests.services.product import Product


def everything_in(home: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in home.rglob("*") if path.is_file()).lower()


def test_first_start_shows_the_sample_with_its_scores_and_a_second_start_shows_it_again(
    fresh_product: Product,
) -> None:
    fresh_product.settings["OSTEON_SAMPLE"] = "1"
    fresh_product.start()
    first = fresh_product.output
    # SINS by Fisher 2010: L3 mobile 2, lytic 2, aligned 0, collapse of 40 % 2, one side posterolateral 1 = 7, pain 0-3.
    assert "SINS 7 to 10 (pain unknown): potentially unstable" in first
    # Mirels 1989: subtrochanteric 3, half of the cortex 2, lytic 3 = 8, pain 1-3.
    assert "Mirels 9 to 11 (pain unknown): high" in first
    assert "patients 1, studies 1, series 2" in first
    assert f"http://127.0.0.1:{fresh_product.http_port}" in first
    assert fresh_product.token in first
    pseudonym = json.loads((fresh_product.home / "sample.json").read_text())["pseudonym"]
    assert pseudonym in first

    password = first.split("  password  ")[1].split()[0]
    with httpx.Client(base_url=fresh_product.url, trust_env=False, timeout=60) as browser:
        signed_in = browser.post("/api/v1/sign-in", json={"user_name": "admin", "password": password})
    assert signed_in.json()["roles"] == ["administrator"]

    content = everything_in(fresh_product.home)
    assert password.lower().encode() not in content
    texts = [text.lower() for text in IDENTIFYING_TEXTS]
    assert [text for text in texts if text.encode("utf-8") in content or text.encode("latin-1") in content] == []

    assert fresh_product.stop() == 0
    fresh_product.start()
    second = fresh_product.output
    assert pseudonym in second
    assert "password" not in second
    assert "patients 1, studies 1, series 2" in second
    assert "SINS 7 to 10" in second


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing_running_and_no_port_taken(fresh_product: Product, number: signal.Signals) -> None:
    fresh_product.start()
    # serve, Orthanc, API, who does jobs, node and its workers
    assert len(with_environment("OSTEON_HOME", str(fresh_product.home))) == 5 + default_workers()
    assert fresh_product.process is not None
    assert end(fresh_product.process, number) == 0
    fresh_product.process = None
    assert with_environment("OSTEON_HOME", str(fresh_product.home)) == []
    ports = (fresh_product.dicom_port, fresh_product.http_port, fresh_product.orthanc_port)
    assert not any(answers(port) for port in ports)


def test_killed_outright_it_still_leaves_nothing_running(fresh_product: Product) -> None:
    fresh_product.start()
    assert fresh_product.process is not None
    end(fresh_product.process, signal.SIGKILL)
    fresh_product.process = None
    wait_for(lambda: with_environment("OSTEON_HOME", str(fresh_product.home)) == [], "all processes have ended")


def test_when_one_part_ends_by_itself_all_is_stopped_and_said(fresh_product: Product) -> None:
    fresh_product.start()
    assert fresh_product.process is not None
    node = min(  # the others are its workers
        number
        for number in with_environment("OSTEON_HOME", str(fresh_product.home))
        if Path(f"/proc/{number}/cmdline").read_bytes().endswith(b"osteon\0node\0")
    )
    os.kill(node, signal.SIGKILL)
    assert fresh_product.process.wait(30) == 1
    fresh_product.process = None
    assert "Error: node ended" in fresh_product.output
    assert with_environment("OSTEON_HOME", str(fresh_product.home)) == []


@pytest.mark.parametrize("which", ["DICOM", "HTTP", "ORTHANC_HTTP"])
def test_a_port_that_is_taken_is_one_clear_line(fresh_product: Product, which: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fresh_product.settings[f"OSTEON_{which}_PORT"] = str(port)
        assert fresh_product.launch().wait(60) == 1
    assert fresh_product.output.splitlines() == [
        f"Error: port {port} on 127.0.0.1 cannot be used (OSTEON_{which}_PORT): Address already in use"
    ]


def test_a_home_that_cannot_be_written_is_one_clear_line(fresh_product: Product) -> None:
    fresh_product.home.write_text("a file where a folder is wanted")
    assert fresh_product.launch().wait(60) == 1
    (line,) = fresh_product.output.splitlines()
    assert line.startswith(f"Error: cannot write in {fresh_product.home} (OSTEON_HOME)")


def test_a_setting_that_is_wrong_is_one_clear_line(fresh_product: Product) -> None:
    fresh_product.settings["OSTEON_DICOM_PORT"] = "seventy"
    assert fresh_product.launch().wait(60) == 1
    (line,) = fresh_product.output.splitlines()
    assert line.startswith("Error: OSTEON_DICOM_PORT: ")


def test_a_second_one_in_the_same_home_is_refused(fresh_product: Product) -> None:
    fresh_product.start()
    second = Product(fresh_product.home)
    second.starts = 10
    assert second.launch().wait(60) == 1
    assert second.output.splitlines() == [f"Error: another `osteon serve` is running in {fresh_product.home}"]


@pytest.mark.long
def test_a_wrong_key_and_a_missing_key_are_one_clear_line_and_nothing_is_made_anew(fresh_product: Product) -> None:
    fresh_product.start()
    fresh_product.stop()
    key = fresh_product.home / "vault" / "osteon.key"
    right = key.read_bytes()

    key.unlink()
    assert fresh_product.launch().wait(60) == 1
    assert f"Error: node ended (exit code 1): no key file at {key}" in fresh_product.output
    assert not key.exists()

    other = Product(fresh_product.home.parent / "other")
    other.start()
    other.stop()
    key.write_bytes((other.home / "vault" / "osteon.key").read_bytes())
    key.chmod(0o600)
    assert fresh_product.launch().wait(60) == 1
    assert "this vault was made with key" in fresh_product.output

    key.write_bytes(right)
    fresh_product.start()
