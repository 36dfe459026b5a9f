"""The sheet as one HTML document with everything in it, for printing. The page lays out the same answer alike."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from annotation.meeting_sheet.score_lines import OF_A_LESION
from annotation.missing import Decides
from annotation.skeleton_drawing.figure import glyph_points
from annotation.skeleton_drawing.marks import TYPES, Colouring, Glyph, Look, looks
from api.meeting_sheets.html import Markup, joined, tag
from api.meeting_sheets.paper import Said, data_url, document
from api.schemas.sheets import (
    SheetContextOut,
    SheetFindingOut,
    SheetItemOut,
    SheetLesionOut,
    SheetOut,
    SheetScoreOut,
)


def sheet_document(sheet: SheetOut, skeleton: str, images: Mapping[str, bytes], colour: Colouring) -> str:
    """`skeleton`: SVG, coloured by `colour`; `images`: PNG by the identifier of the reading."""
    said = Said(sheet.language.value)
    running = f"{said['software']} {sheet.software} · {sheet.pseudonym} · {said['sheet']}"
    body = sheet_article(sheet, skeleton, images, colour)
    return document(f"{said['sheet']} {sheet.pseudonym}", body, running, said)


def sheet_article(
    sheet: SheetOut,
    skeleton: str,
    images: Mapping[str, bytes],
    colour: Colouring,
    request: Markup | None = None,
) -> Markup:
    """What is on the sheet, to be put into a document; `request`: what stands before its lesions."""
    said = Said(sheet.language.value)
    return tag(
        "article",
        _head(sheet, said),
        request,
        tag(
            "section",
            tag(
                "figure",
                tag("img", src=data_url(skeleton.encode(), "image/svg+xml"), alt=said["skeleton"]),
                _legend(colour, said),
            ),
            tag(
                "div",
                _overview(sheet, said),
                _decision(sheet, said),
                _context(sheet, said),
                _prognosis(sheet, said),
                class_="summary",
            ),
            class_="overview",
        ),
        [_lesion(each, said, images.get(str(each.reading_id))) for each in sheet.lesions],
        _foot(sheet, said),
        class_="sheet",
    )


def _legend(colour: Colouring, said: Said) -> Markup:
    entries = [
        tag("li", _glyph(look), look.words.fr if said.language == "fr" else look.words.en) for look in looks(colour)
    ]
    return tag("ul", entries, class_="legend")


def _head(sheet: SheetOut, said: Said) -> Markup:
    facts = [(said["generated"], said.day(sheet.made_on)), (said["lesions"], str(len(sheet.lesions)))]
    if sheet.last_study:
        facts.append((said["last_study"], said.study(sheet.last_study)))
    return tag(
        "header",
        tag("div", tag("p", said["sheet"], class_="kicker"), tag("h1", sheet.pseudonym), class_="who"),
        tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts]),
    )


def _overview(sheet: SheetOut, said: Said) -> Markup:
    if not sheet.lesions:
        return tag("div", tag("h2", said["lesions"]), tag("p", said["no_lesions"]), _unread(sheet, said))
    names = ("lesion", "type", "score", "missing", "trend")
    return tag(
        "div",
        tag("h2", said["lesions"]),
        tag(
            "table",
            tag("thead", tag("tr", [tag("th", said[name], scope="col") for name in names])),
            tag("tbody", [_overview_row(each, said) for each in sheet.lesions]),
            class_="lesions",
        ),
        _unread(sheet, said),
    )


def _overview_row(lesion: SheetLesionOut, said: Said) -> Markup:
    score = next((each for each in lesion.scores if each.amount), None)
    return tag(
        "tr",
        tag("th", _mark(lesion), tag("b", lesion.label), " ", lesion.name, scope="row"),
        tag("td", lesion.type_words),
        tag("td", _brief(score, lesion, said) if score else said["not_scored"], class_=None if score else "fine"),
        tag("td", _missing(score, said) if score else None),
        tag("td", _trend(lesion, said)),
    )


def _brief(score: SheetScoreOut, lesion: SheetLesionOut, said: Said) -> list[Markup]:
    return [tag("b", f"{_short(score)} {score.amount}"), tag("div", _band(score, lesion, said))]


def _missing(score: SheetScoreOut, said: Said) -> str:
    return (
        ", ".join(_missing_item(item, said) for item in score.items if item.points is None) or said["nothing_missing"]
    )


def _missing_item(item: SheetItemOut, said: Said) -> str:
    decides = {Decides.ALWAYS: "missing_decides", Decides.SOMETIMES: "missing_may_decide"}
    note = decides.get(item.decides) if item.decides else None
    return f"{item.label} ({said[note]})" if note else item.label


def _trend(lesion: SheetLesionOut, said: Said) -> str:
    if lesion.resolved:
        return said["resolved"]
    if lesion.prior is None:
        return said["first_study"]
    now = {score.instrument: score for score in lesion.scores}
    moved = [
        f"{_short(score)} {score.amount.partition('/')[0]} → {now[score.instrument].amount}"
        for score in lesion.prior.scores
        if score.amount and score.instrument in now and now[score.instrument].amount != score.amount
    ]
    change = ", ".join(moved) or said["changed" if lesion.prior.changed else "unchanged"]
    return f"{said.day(lesion.prior.study.study_date)}{said['colon']}{change}"


def _unread(sheet: SheetOut, said: Said) -> Markup | None:
    names = ", ".join(f"{each.label} {each.name}" for each in sheet.unread)
    return tag("p", tag("b", said["unread"] + said["colon"]), names, class_="fine") if names else None


def _context(sheet: SheetOut, said: Said) -> Markup:
    if not sheet.context:
        return tag("div", tag("h2", said["context"]), tag("p", said["no_context"], class_="fine"))
    return tag("div", tag("h2", said["context"]), _context_tables(sheet.context, said))


def _context_tables(lines: list[SheetContextOut], said: Said) -> list[Markup]:
    """What one person said for one meeting stands together under their name."""
    groups: dict[str, list[Markup]] = {}
    for line in lines:
        row = tag("tr", tag("th", line.label, scope="row"), tag("td", line.value))
        groups.setdefault(said.entered(line.supplied), []).append(row)
    return [tag("table", tag("caption", who), tag("tbody", rows), class_="context") for who, rows in groups.items()]


def _decision(sheet: SheetOut, said: Said) -> Markup | None:
    decision = sheet.decision
    if decision is None:
        return None
    heading = tag("h2", f"{said['decision']} {said.day(decision.meeting_date)}")
    if decision.by is None:
        return tag("div", heading, tag("p", said["undecided"], class_="fine"), class_="decision")
    return tag(
        "div",
        heading,
        tag("p", tag("b", ", ".join(decision.labels) or said["undecided"])),
        tag("p", decision.rationale) if decision.rationale else None,
        tag("p", _recorded(decision.by, decision.at, said), class_="fine"),
        class_="decision",
    )


def _recorded(by: str, at: datetime | None, said: Said) -> str:
    return f"{said['entered_by']} {by}" + (f", {said.day(at)}" if at else "")


def _prognosis(sheet: SheetOut, said: Said) -> Markup | None:
    if not sheet.prognosis:
        return None
    rows = [
        tag(
            "tr",
            tag("th", each.score.title, scope="row"),
            tag("td", _brief_amount(each.score, said)),
            tag("td", _missing(each.score, said)),
            tag("td", f"{said['of_lesions']} {', '.join(each.lesions)}", class_="fine"),
        )
        for each in sheet.prognosis
    ]
    names = ("score", "band", "missing", "lesion")
    head = tag("thead", tag("tr", [tag("th", said[name], scope="col") for name in names]))
    return tag("div", tag("h2", said["prognosis"]), tag("table", head, tag("tbody", rows), class_="prognosis"))


def _brief_amount(score: SheetScoreOut, said: Said) -> list[Markup]:
    return [tag("b", score.amount or ""), tag("div", _band(score, None, said))]


def _lesion(lesion: SheetLesionOut, said: Said, image: bytes | None) -> Markup:
    read = f"{said.study(lesion.study)} · {said['read_by']} {lesion.read_by}, {said.day(lesion.read_at)}"
    extra = [said["adjudicated"]] if lesion.adjudicated else []
    extra += [f"{said['revision']} {lesion.revision}"] if lesion.revision > 1 else []
    return tag(
        "section",
        tag("h2", _mark(lesion), f"{lesion.label} · {lesion.name}"),
        tag("p", " · ".join((read, *extra)), class_="fine read"),
        tag(
            "div",
            tag("div", _image(lesion, said, image), class_="image"),
            tag("div", _findings(lesion, said), _said_of_lesion(lesion, said), class_="findings"),
            tag("div", _scores(lesion, said), class_="scores"),
            class_="parts",
        ),
        class_="lesion",
    )


def _image(lesion: SheetLesionOut, said: Said, image: bytes | None) -> Markup:
    if image is not None:
        return tag("img", src=data_url(image, "image/png"), alt=f"{said['key_image']} {lesion.label}")
    return tag("p", said["no_image" if lesion.key_image is None else "image_failed"], class_="fine")


def _findings(lesion: SheetLesionOut, said: Said) -> list[Markup | None]:
    rows = [tag("tr", tag("th", each.label, scope="row"), tag("td", _finding(each, said))) for each in lesion.findings]
    note = tag("p", tag("b", said["note"] + said["colon"]), lesion.note) if lesion.note else None
    return [tag("h3", said["findings"]), tag("table", tag("tbody", rows)), note]


def _finding(finding: SheetFindingOut, said: Said) -> Markup:
    how = tag("span", f" ({finding.how})", class_="fine") if finding.how else None
    before = (
        tag("span", f" {said['before']}{said['colon']}{finding.before}", class_="before") if finding.before else None
    )
    return joined((finding.value, how, before))


def _said_of_lesion(lesion: SheetLesionOut, said: Said) -> list[Markup] | None:
    if not lesion.context:
        return None
    return [tag("h3", said["context_of_lesion"]), *_context_tables(lesion.context, said)]


def _scores(lesion: SheetLesionOut, said: Said) -> list[Markup | None]:
    shown = [_score(each, lesion, said) for each in lesion.scores if not _is_open_grade(each)]
    return [*shown, _still_open(lesion, said)]


def _score(score: SheetScoreOut, lesion: SheetLesionOut, said: Said) -> Markup:
    amount = tag("b", score.amount, class_="amount") if score.amount else None
    return tag(
        "div",
        tag("h3", score.title, " ", tag("span", score.version, class_="fine")),
        tag("p", amount, _band(score, lesion, said), _prior(score, lesion, said)),
        tag("p", list(_points(score, said)), class_="points") if score.items else None,
        [tag("p", each, class_="fine") for each in score.flags],
        tag("p", score.suggestion, class_="suggestion") if score.suggestion else None,
        class_="score",
    )


def _points(score: SheetScoreOut, said: Said) -> Iterator[Markup | str]:
    for place, item in enumerate(score.items):
        known = item.points is not None
        by = f" ({said.supplier(item.supplied)})" if item.supplied and item.supplied.meeting_date else ""
        text = f"{item.label} {item.points if known else '?'}/{item.most}{by}"
        yield ("" if place == 0 else " · ")
        yield text if known else tag("b", text)


def _still_open(lesion: SheetLesionOut, said: Said) -> Markup | None:
    """Grades that what is known does not decide: a line for all of them."""
    grades = [each for each in lesion.scores if _is_open_grade(each)]
    if not grades:
        return None
    texts = [f"{each.title} ({said['missing'].lower()}{said['colon']}{', '.join(each.missing)})" for each in grades]
    return tag("p", tag("b", said["open_grades"] + said["colon"]), "; ".join(texts), class_="fine open-grades")


def _is_open_grade(score: SheetScoreOut) -> bool:
    return not score.items and score.applies and score.meaning is None


def _prior(score: SheetScoreOut, lesion: SheetLesionOut, said: Said) -> Markup | None:
    if lesion.prior is None:
        return None
    earlier = next((each for each in lesion.prior.scores if each.instrument == score.instrument), None)
    if earlier is None:
        return None
    was = earlier.amount or earlier.meaning or said["open"]
    return tag(
        "span", f"{said['prior']} {said.day(lesion.prior.study.study_date)}{said['colon']}{was}", class_="before"
    )


def _foot(sheet: SheetOut, said: Said) -> Markup:
    entries = [
        tag("li", tag("b", f"{each.title} ({each.version})" + said["colon"]), each.reference)
        for each in sheet.references
    ]
    return tag(
        "footer",
        [tag("h2", said["references"]), tag("ul", entries)] if entries else None,
        tag("p", said["notice"], class_="notice"),
    )


def _short(score: SheetScoreOut) -> str:
    """SINS, Mirels: what comes before the comma of its title."""
    return score.title.split(",")[0]


def _band(score: SheetScoreOut, lesion: SheetLesionOut | None, said: Said) -> Markup:
    """Its colour repeats what its words say."""
    risk = lesion.risk.value if lesion is not None and score.instrument in OF_A_LESION and score.applies else "plain"
    tone = "open" if score.meaning is None else risk
    return tag("span", score.meaning or said["open"], class_=f"band {tone}")


def _mark(lesion: SheetLesionOut) -> Markup:
    return _glyph(next(each for each in TYPES.values() if each.key == lesion.type))


def _glyph(look: Look) -> Markup:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in glyph_points(look.glyph, (8, 8), 5.4))
    fill, line = ("none", look.colour) if look.glyph is Glyph.RING else (look.colour, "none")
    shape = f'<polygon points="{points}" fill="{fill}" stroke="{line}" stroke-width="1.5"/>'
    return Markup(f'<svg class="mark" viewBox="0 0 16 16" aria-hidden="true">{shape}</svg>')
