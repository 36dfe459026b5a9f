"""Which version of Osteon answers."""

from importlib.metadata import PackageNotFoundError, version


def software() -> str:
    try:
        return version("osteon")
    except PackageNotFoundError:
        return "?"
