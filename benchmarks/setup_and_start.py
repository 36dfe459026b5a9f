"""How long set-up and start take, from an empty folder: `python -m benchmarks.setup_and_start`.

Copies the tracked files into a temporary folder, times `make` building the virtual environment, then several
first starts (sample study included) and second starts of `osteon serve`. Medians are printed.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[1]
STARTS = 3
READY = "ready in"
LIMIT_SECONDS = 120.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="osteon-bench-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True)
        began = time.monotonic()
        subprocess.run(["make", ".venv/.runtime"], cwd=clone, check=True, stdout=subprocess.DEVNULL)
        print(f"set-up (virtual environment, package cache warm)  {time.monotonic() - began:6.1f} s")
        first, second = [], []
        for number in range(STARTS):
            home = Path(folder) / f"home{number}"
            first.append(start(clone, home))
            second.append(start(clone, home))
            shutil.rmtree(home)
        print(f"first start, sample study included, median of {STARTS}    {median(first):6.1f} s")
        print(f"second start, median of {STARTS}                          {median(second):6.1f} s")


def start(clone: Path, home: Path) -> float:
    """Seconds from the command to "ready"."""
    environment = os.environ | {"OSTEON_HOME": str(home)}
    began = time.monotonic()
    process = subprocess.Popen(
        [clone / ".venv/bin/osteon", "serve"], cwd=clone, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith(READY):
                return time.monotonic() - began
            assert time.monotonic() - began < LIMIT_SECONDS
        raise RuntimeError(f"ended with {process.wait()} before it was ready")
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        process.wait()


if __name__ == "__main__":
    main()
