"""The printed sheet of a session: a summary of all dossiers, then each patient's meeting sheet with the request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotation.meetings.points import Said as HowFar
from annotation.skeleton_drawing.marks import Colouring
from api.meeting_sheets.document import sheet_article
from api.meeting_sheets.html import Markup, tag
from api.meeting_sheets.meeting_words import WORDS
from api.meeting_sheets.paper import Said, document
from api.schemas.meeting_dossiers import DossierOut, PointOut, RuleAnswerOut, SinceOut
from api.schemas.meetings import MeetingSummaryOut
from api.schemas.sheets import Language, SheetScoreOut

MOST_SCORES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDossier:
    """One patient's part. `skeleton`: SVG; `images`: PNG by the identifier of the reading."""

    dossier: DossierOut
    skeleton: str
    images: Mapping[str, bytes]


def session_document(
    meeting: MeetingSummaryOut, printed: Sequence[PrintedDossier], language: Language, colour: Colouring, software: str
) -> str:
    """`colour`: what the marks on the skeletons are coloured by."""
    said, words = Said(language.value), WORDS[language.value]
    articles = [
        sheet_article(each.dossier.sheet, each.skeleton, each.images, colour, _request(each.dossier, words, said))
        for each in printed
    ]
    summary = _summary(meeting, [each.dossier for each in printed], words, said)
    title = f"{words['session']} {said.day(meeting.held_on)}"
    # The session's own title and place are people's words: they stand on the page, never in a style.
    return document(title, Markup(summary + "".join(articles)), f"{said['software']} {software} · {title}", said)


def _summary(
    meeting: MeetingSummaryOut, dossiers: Sequence[DossierOut], words: Mapping[str, str], said: Said
) -> Markup:
    facts = [(words["patients"], str(len(dossiers))), (words["state"], words[meeting.state.value])]
    if meeting.place:
        facts.append((words["place"], meeting.place))
    return tag(
        "article",
        tag(
            "header",
            tag(
                "div",
                tag("p", " · ".join(filter(None, (words["session"], meeting.title))), class_="kicker"),
                tag("h1", said.day(meeting.held_on)),
                class_="who",
            ),
            tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts]),
        ),
        _table(dossiers, words, said) if dossiers else tag("p", words["nobody"]),
        tag("footer", tag("p", said["notice"], class_="notice")),
        class_="sheet session",
    )


def _table(dossiers: Sequence[DossierOut], words: Mapping[str, str], said: Said) -> Markup:
    names = ("order", "patient", "question", "request", "worst", "since_short", "decision", "next")
    head = tag("thead", tag("tr", [tag("th", words[name], scope="col") for name in names]))
    return tag("table", head, tag("tbody", [_row(each, words, said) for each in dossiers]), class_="dossiers")


def _row(dossier: DossierOut, words: Mapping[str, str], said: Said) -> Markup:
    presentation = dossier.presentation
    asked = [presentation.primary, presentation.question] if presentation else [words["no_presentation"]]
    return tag(
        "tr",
        tag("td", str(dossier.position)),
        tag("th", tag("b", dossier.place.pseudonym), scope="row"),
        tag("td", [tag("div", each) for each in asked if each]),
        tag("td", _picture(dossier.points, words)),
        tag("td", [tag("div", each, class_="whole") for each in _worst(dossier)]),
        tag("td", _happened(dossier.since, words)),
        tag("td", _decided(dossier, words)),
        tag("td", said.day(dossier.place.next_on) if dossier.place.next_on else "–"),
    )


def _picture(points: Sequence[PointOut], words: Mapping[str, str]) -> Markup:
    """Seven boxes, filled as far as the points are said; each has its number, and its words for who cannot see it."""
    boxes = [
        tag("span", str(each.number), class_=f"box {each.said.value}", title=f"{each.label}: {words[each.said.value]}")
        for each in points
    ]
    return tag("span", boxes, class_="boxes")


def _worst(dossier: DossierOut) -> list[str]:
    """Lesion by lesion what is scored, the higher risk first as the sheet has it."""
    order = {"high": 0, "middle": 1, "low": 2}
    scored = [(order.get(each.risk.value, 3), each) for each in dossier.sheet.lesions if _main(each.scores)]
    worst = [each for _rank, each in sorted(scored, key=lambda pair: pair[0])[:MOST_SCORES]]
    return [f"{each.label} {_short(score)}" for each in worst if (score := _main(each.scores))]


def _main(scores: Sequence[SheetScoreOut]) -> SheetScoreOut | None:
    return next((each for each in scores if each.amount), None)


def _short(score: SheetScoreOut) -> str:
    return f"{score.title.split(',')[0]} {score.amount}"


def _happened(since: SinceOut | None, words: Mapping[str, str]) -> Markup:
    if since is None:
        return tag("span", words["day_unknown_short"], class_="fine")
    if since.after is None:
        return tag("span", words["first_time"])
    waiting = tag("div", f"{since.waiting} {words['waiting']}", class_="fine") if since.waiting else None
    return tag("div", f"{words['recurrences']}{words['colon']}{since.recurrences}", waiting)


def _decided(dossier: DossierOut, words: Mapping[str, str]) -> Markup:
    decision = dossier.decision
    if not decision.codes and not decision.rationale:
        return tag("span", words["undecided"], class_="fine")
    return tag("div", tag("b", ", ".join(decision.labels)), tag("div", decision.rationale, class_="fine"))


def _request(dossier: DossierOut, words: Mapping[str, str], said: Said) -> Markup:
    return tag(
        "section",
        tag("div", tag("h2", words["seven_points"]), _points(dossier.points, words), class_="asked"),
        tag(
            "div",
            _since(dossier.since, words, said),
            _rules(dossier.rules, words),
            class_="happened",
        ),
        class_="request",
    )


def _points(points: Sequence[PointOut], words: Mapping[str, str]) -> Markup:
    return tag("ol", [_point(each, words) for each in points], class_="points-of-request")


def _point(point: PointOut, words: Mapping[str, str]) -> Markup:
    values = "; ".join(each.short for each in point.lines) or words[HowFar.NO.value]
    missing = (
        tag("span", f" ({words['missing']}{words['colon']}{', '.join(point.missing)})", class_="fine")
        if point.missing and point.said is HowFar.PARTLY
        else None
    )
    return tag(
        "li",
        tag("span", str(point.number), class_=f"box {point.said.value}"),
        tag("b", f" {point.label}{words['colon']}"),
        values,
        missing,
    )


def _since(since: SinceOut | None, words: Mapping[str, str], said: Said) -> Markup:
    if since is None:
        return tag("div", tag("h2", words["since"]), tag("p", words["day_unknown"], class_="fine"))
    if since.after is None:
        heading, lead = words["first_time"], None
    else:
        heading = f"{words['since']} ({said.day(since.after)})"
        lead = tag("p", tag("b", f"{words['recurrences']}{words['colon']}{since.recurrences}"))
    rows = [_count(each.label, each.counted, each.waiting, each.excluded, words) for each in since.counts]
    rest = [
        tag("p", f"{number} {words[name]}", class_="fine")
        for name, number in (("history", since.history), ("uncertain", since.uncertain))
        if number
    ]
    nothing = tag("p", words["nothing_happened"], class_="fine") if not rows and not rest else None
    return tag("div", tag("h2", heading), lead, tag("ul", rows) if rows else None, rest, nothing)


def _count(label: str, counted: int, waiting: int, excluded: int, words: Mapping[str, str]) -> Markup:
    parts = [str(counted)]
    parts += [f"{number} {words[name]}" for name, number in (("waiting", waiting), ("excluded", excluded)) if number]
    return tag("li", f"{label}{words['colon']}{', '.join(parts)}")


def _rules(rules: Sequence[RuleAnswerOut], words: Mapping[str, str]) -> Markup | None:
    """Those that answer; what is open stands in the dossier on screen."""
    decided = [each for each in rules if each.decided and each.answer]
    if not decided:
        return None
    return tag("div", tag("h2", words["rules"]), tag("ul", [_rule(each, words) for each in decided]))


def _rule(rule: RuleAnswerOut, words: Mapping[str, str]) -> Markup:
    facts = ", ".join(f"{each.label} {each.value}" for each in rule.used)
    return tag(
        "li",
        tag("b", f"{rule.title}{words['colon']}"),
        rule.answer,
        tag("span", f" ({words['facts_used']} {facts})", class_="fine") if facts else None,
    )
