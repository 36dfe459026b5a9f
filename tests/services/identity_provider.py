"""A real OpenID Connect provider in a process of its own, on a free port of the loopback interface."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.services.processes import answers, end, free_port, wait_for


@contextmanager
def identity_provider(people: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Its issuer. `people`: their claims, with `sub`; whoever is named in its form is signed in."""
    port = free_port()
    claims = [argument for person in people for argument in ("--user-claims", json.dumps(person))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *claims],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: answers(port) or process.poll() is not None, "the identity provider")
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)
