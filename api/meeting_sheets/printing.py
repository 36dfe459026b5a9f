"""HTML to PDF by WeasyPrint, which needs Pango of the system. It is given everything, and fetches nothing."""

import logging
from typing import Any

from api.errors import PrintingUnavailableError

log = logging.getLogger(__name__)


def printed(html: str) -> bytes:
    """PDF. Raises PrintingUnavailableError where the system has no Pango."""
    try:
        import weasyprint  # noqa: PLC0415 - it opens the system's libraries at once, which may be absent
    except OSError as error:
        log.warning("no Pango for printing: install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0")
        raise PrintingUnavailableError from error
    fetcher = _nothing_but_data()
    content: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant=None)
    return content


def _nothing_but_data() -> Any:
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    return URLFetcher(allowed_protocols=("data",))
