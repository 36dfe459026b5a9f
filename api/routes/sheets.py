"""The meeting sheet of a patient, the skeleton with the patient's lesions, and the key image of a reading."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from annotation import readings
from annotation.entities import Reading
from annotation.meeting_sheet.sheet import MeetingSheet, meeting_sheet
from annotation.skeleton_drawing.figure import Piece, figure
from annotation.skeleton_drawing.files import as_png, as_svg
from annotation.skeleton_drawing.marks import Colouring
from api.access import IMAGES
from api.meeting_sheets.document import sheet_document
from api.meeting_sheets.printing import printed
from api.meeting_sheets.words import WORDS
from api.openapi import problems
from api.patient_studies import studies_of
from api.schemas.catalogue import Pseudonym
from api.schemas.sheets import ColouringAsked, Language, LanguageAsked, SheetOut
from api.services import CatalogueOf, KeyImagesOf
from api.software import software
from api.true_times import TrueTimes, shown
from api.work import ReadUow, utc_now
from lesion_model.errors import LesionModelError
from storage.catalogue import Catalogue
from storage.errors import ImageMissingError, ImageStoreUnavailableError
from storage.key_images import KeyImages
from storage.unit_of_work import SqlUnitOfWork

router = APIRouter(tags=["meeting sheet"], dependencies=[IMAGES], responses=problems(401, 404, 422, 503))

PDF, PNG, SVG = "application/pdf", "image/png", "image/svg+xml"
# Of an image of its own: nothing in it may load or run anything.
_INERT = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}

OnAsked = Annotated[date | None, Query(description="As it was on this day of the registry; without it, as it is.")]


def gives(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    """The description of an answer that is a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": what, "content": content}}


@router.get("/patients/{pseudonym}/sheet")
def read_sheet(
    pseudonym: Pseudonym,
    uow: ReadUow,
    catalogue: CatalogueOf,
    times: TrueTimes,
    language: LanguageAsked = Language.ENGLISH,
) -> SheetOut:
    """Everything for the patient's page at the meeting, in words: lesions, scores, what is missing, what changed."""
    return shown(_sheet_out(_sheet(pseudonym, uow, catalogue), language), times)


@router.get("/patients/{pseudonym}/sheet.pdf", response_class=Response, responses=gives(PDF, "The sheet on A4 pages."))
def print_sheet(
    *,
    pseudonym: Pseudonym,
    uow: ReadUow,
    catalogue: CatalogueOf,
    key_images: KeyImagesOf,
    times: TrueTimes,
    language: LanguageAsked = Language.ENGLISH,
    colour: ColouringAsked = Colouring.RISK,
) -> Response:
    """The meeting sheet as a file for printing; no identity is in it."""
    sheet = _sheet(pseudonym, uow, catalogue)
    said = shown(_sheet_out(sheet, language), times)
    content = printed(sheet_document(said, drawn(sheet, colour, language), images_of(sheet, key_images), colour))
    return inline_file(content, PDF, f"{pseudonym}-{language.value}.pdf")


@router.get(
    "/patients/{pseudonym}/skeleton.svg", response_class=Response, responses=gives(SVG, "The skeleton as drawing.")
)
def draw_skeleton(
    *,
    pseudonym: Pseudonym,
    uow: ReadUow,
    catalogue: CatalogueOf,
    language: LanguageAsked = Language.ENGLISH,
    colour: ColouringAsked = Colouring.TYPE,
    on: OnAsked = None,
) -> Response:
    """A skeleton with all lesions of the patient, marked by type or by risk of fracture or instability."""
    pieces = _figure(_sheet(pseudonym, uow, catalogue), colour, language, on)
    svg = as_svg(pieces, WORDS[language.value]["skeleton"])
    return Response(svg, media_type=SVG, headers=_INERT)


@router.get(
    "/patients/{pseudonym}/skeleton.png", response_class=Response, responses=gives(PNG, "The skeleton as picture.")
)
def picture_skeleton(
    *,
    pseudonym: Pseudonym,
    uow: ReadUow,
    catalogue: CatalogueOf,
    language: LanguageAsked = Language.ENGLISH,
    colour: ColouringAsked = Colouring.TYPE,
    on: OnAsked = None,
) -> Response:
    """The same as a picture, 1600 pixels high."""
    return Response(as_png(_figure(_sheet(pseudonym, uow, catalogue), colour, language, on)), media_type=PNG)


@router.get(
    "/readings/{reading_id}/key-image.png",
    response_class=Response,
    responses=gives(PNG, "The lesion's plane with what was drawn on it.") | problems(500),
)
def read_key_image(reading_id: UUID, uow: ReadUow, key_images: KeyImagesOf) -> Response:
    """The newest revision's plane: CT in the bone window, PET as SUV; with its drawing, a scale and orientation."""
    return Response(key_images.of(readings.reading(reading_id, uow).reading), media_type=PNG)


def _sheet(pseudonym: str, uow: SqlUnitOfWork, catalogue: Catalogue) -> MeetingSheet:
    return meeting_sheet(pseudonym, studies_of(pseudonym, catalogue), uow)


def _sheet_out(sheet: MeetingSheet, language: Language) -> SheetOut:
    return SheetOut.of(sheet, language, made_on=utc_now().date(), software=software())


def _figure(sheet: MeetingSheet, colour: Colouring, language: Language, on: date | None) -> tuple[Piece, ...]:
    marks = [mark for each in sheet.lesions if (mark := each.mark_on(on)) is not None]
    return figure(marks, colour, language.value)


def images_of(sheet: MeetingSheet, key_images: KeyImages) -> dict[str, bytes]:
    """Key images of the lesions, by the identifier of the reading."""
    found = ((str(each.reading.id), _image(each.reading, key_images)) for each in sheet.lesions)
    return {reading: image for reading, image in found if image is not None}


def drawn(sheet: MeetingSheet, colour: Colouring, language: Language) -> str:
    """The skeleton with the lesions of the sheet, for paper."""
    marks = [each.mark for each in sheet.lesions]
    return as_svg(figure(marks, colour, language.value, small=True), WORDS[language.value]["skeleton"])


def _image(reading: Reading, key_images: KeyImages) -> bytes | None:
    """A sheet without one of its images is better than none: what is missing is said in its place."""
    try:
        return key_images.of(reading)
    except (LesionModelError, ImageMissingError, ImageStoreUnavailableError):
        return None


def inline_file(content: bytes, media_type: str, name: str) -> Response:
    """A file that is shown where the browser can."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})
