"""The report as PDF, by WeasyPrint, which needs Pango of the system. It is given everything, and fetches nothing.

Nothing in the file tells when it was made: the same page, fonts and versions give the same bytes.
"""

from typing import Any

INSTALL = "no PDF without Pango: install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0, or say --no-pdf"


class NoPrinterError(Exception):
    """The system has not what makes a PDF."""

    def __init__(self) -> None:
        super().__init__(INSTALL)


def check_printer() -> None:
    """Before anything is computed. Raises NoPrinterError."""
    _weasyprint()


def printed(html: str) -> bytes:
    """One page of HTML as PDF. Raises NoPrinterError."""
    weasyprint = _weasyprint()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    content: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf()
    return content


def _weasyprint() -> Any:
    try:
        import weasyprint.urls  # noqa: PLC0415 - it opens the system's libraries at once, which may be absent
    except OSError as error:
        raise NoPrinterError from error
    return weasyprint
