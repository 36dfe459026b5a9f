"""Draws docs/images/endpoints.png: `python -m docs.make_endpoints_picture` from the root of the project.

Two figures of the report of a simulated registry of 2,000 patients, as `osteon endpoints` draws them.
"""

import tempfile
from datetime import date
from pathlib import Path

from PIL import Image

from annotation.endpoints.grouping import PRIMARY
from osteon.endpoints.making import Wanted, make_report
from tests.endpoints_release import write_release

OUTPUT = Path(__file__).parent / "images" / "endpoints.png"
PATIENTS, WIDTH = 2000, 900
SHOWN = ("recurrence.en.png", "alive-by-primary.en.png")


def main() -> None:
    """Simulate, report, put two figures beside each other."""
    with tempfile.TemporaryDirectory() as folder:
        release, out = Path(folder) / "release", Path(folder) / "out"
        write_release(release, PATIENTS)
        make_report(release, Wanted(lock=date(2021, 1, 1), by=(PRIMARY,)), out)
        pictures = [_scaled(out / "figures" / name) for name in SHOWN]
    both = Image.new("RGB", (WIDTH * len(pictures), max(each.height for each in pictures)), "white")
    for index, each in enumerate(pictures):
        both.paste(each, (index * WIDTH, 0))
    both.quantize(64).save(OUTPUT, optimize=True)


def _scaled(file: Path) -> Image.Image:
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    return picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
