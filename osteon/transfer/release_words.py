"""What a pull or a check of a release came to, as lines for people and as JSON for scripts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from osteon.transfer.release_pull import ReleaseReport
from osteon.transfer.release_verify import Verdict, Verification

SHOWN = 20


def report_lines(report: ReleaseReport) -> Iterator[str]:
    ways = ", ".join(f"{count} {way.value}" for way, count in report.fetched.items() if count)
    arrived = sum(report.fetched.values())
    size = f"{report.bytes_total / 1e6:.1f} MB"
    yield f"release {report.release}: {arrived} of {report.files} files, {size} ({ways or 'none'})"
    if report.removed:
        yield f"{report.removed} files removed: the release no longer has them"
    for reason, count in Counter(failure.reason for failure in report.failures).most_common():
        yield f"{count} files failed: {reason}"


def report_json(report: ReleaseReport) -> dict[str, Any]:
    return {
        "release": report.release,
        "complete": report.complete,
        "files": report.files,
        "bytes": report.bytes_total,
        **{way.name.lower(): count for way, count in report.fetched.items()},
        "removed": report.removed,
        "failures": [failure.as_json() for failure in report.failures],
    }


def verification_lines(found: Verification) -> Iterator[str]:
    part = " (a part of it was asked for)" if found.is_a_part else ""
    yield f"release {found.release}: {found.right} files are right{part}"
    if not found.complete:
        yield "the pull has not come to its end: run it again"
    for verdict, count in Counter(verdict for _, verdict in found.wrong).items():
        yield f"{count} {verdict.value}"
    for path, verdict in found.wrong[:SHOWN]:
        yield f"  {verdict.value}: {path}"
    if len(found.wrong) > SHOWN:
        yield f"  … and {len(found.wrong) - SHOWN} more (--json names all)"


def verification_json(found: Verification) -> dict[str, Any]:
    return {
        "release": found.release,
        "passed": found.passed,
        "is_a_part": found.is_a_part,
        "complete": found.complete,
        "right": found.right,
        **{
            verdict.name.lower(): [path for path, one in found.wrong if one is verdict]
            for verdict in (Verdict.DAMAGED, Verdict.MISSING, Verdict.UNKNOWN)
        },
    }
