"""The report as one HTML page that needs nothing else: definitions, figures, curves, who is counted, what is wrong."""

import base64
import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from annotation.endpoints.describing import Described
from annotation.endpoints.estimates import DAYS_PER_YEAR, Estimate
from annotation.endpoints.follow_up import FROM_THE_START
from annotation.endpoints.gray import REFERENCE
from annotation.endpoints.grouping import ALL
from annotation.endpoints.measures import Measure, Unit
from annotation.endpoints.problems import Problem
from annotation.endpoints.records import EventType, VitalStatus
from annotation.endpoints.study import GRAY, LOG_RANK, Endpoints, Estimated
from lesion_model.labels import Label, label
from osteon.endpoints.wording import Language, code, number, say, variable

MOST_PROBLEMS = 200
TEXTS: Mapping[str, Label] = {
    "title": label("Endpoints of the study", "Critères de jugement de l'étude"),
    "not_device": label(
        "Research software, not a medical device.", "Logiciel de recherche, pas un dispositif médical."
    ),
    "lock": label("Data lock", "Gel des données"),
    "moved": label(
        "Dates are moved; patients with a lock of their own, moved alike",
        "Dates décalées ; patients ayant leur propre gel, décalé de même",
    ),
    "release": label("Release", "Diffusion"),
    "own_lock": label("that of the release, moved for each patient", "celui de la diffusion, décalé selon le patient"),
    "manifest": label("SHA-256 of its manifest", "SHA-256 de son manifeste"),
    "no_manifest": label(
        "Tables of a folder, not of a release: nothing says that they stay as they are.",
        "Tables d'un dossier, non d'une diffusion : rien ne garantit qu'elles ne changeront pas.",
    ),
    "made_with": label("The release was made with", "La diffusion a été faite avec"),
    "software": label("Software", "Logiciels"),
    "files": label("Files read (SHA-256)", "Fichiers lus (SHA-256)"),
    "recurrences": label("What counts as bone recurrence", "Ce qui compte comme récidive osseuse"),
    "confirmed": label("when adjudication has confirmed it", "si l'adjudication l'a confirmée"),
    "who": label("Who is counted", "Qui est compté"),
    "counted": label("Patients counted", "Patients comptés"),
    "alive": label("alive at the lock", "vivants au gel"),
    "dead": label("dead", "décédés"),
    "lost": label("lost to follow-up", "perdus de vue"),
    "late": label("enrolled after the first meeting (late entry)", "inclus après la première RCP (entrée tardive)"),
    "left_out": label("Left out", "Exclus"),
    "not_confirmed": label("Events that are not counted", "Événements non comptés"),
    "E1": label("Alive", "Vivants"),
    "E2": label(
        "Without bone recurrence within one year of the meeting", "Sans récidive osseuse dans l'année suivant la RCP"
    ),
    "E3": label("Time to bone recurrence", "Délai jusqu'à la récidive osseuse"),
    "E4": label("Number of recurrences", "Nombre de récidives"),
    "E5": label("Patients at first presentation", "Patients à la première présentation"),
    "group": label("Group", "Groupe"),
    "when": label("By day", "Au jour"),
    "patients": label("Patients", "Patients"),
    "events": label("Events", "Événements"),
    "at_risk": label("At risk", "À risque"),
    "value": label("Estimate (95 % interval)", "Estimation (intervalle à 95 %)"),
    LOG_RANK: label("Log-rank test between the named groups", "Test du log-rank entre les groupes nommés"),
    GRAY: label("Gray's test between the named groups", "Test de Gray entre les groupes nommés"),
    "no_test": label("no test (late entry, or too little happened)", "pas de test (entrée tardive, ou trop peu)"),
    "presentation": label("Presentation", "Présentation"),
    "recurred": label("Recurrences since the last", "Récidives depuis la précédente"),
    "history": label("With history before the first", "Avec antécédent avant la première"),
    "mean": label("Mean", "Moyenne"),
    "variable": label("Variable", "Variable"),
    "known": label("Known", "Connus"),
    "missing": label("Missing", "Manquants"),
    "summary": label("n (%) or median [quartiles]", "n (%) ou médiane [quartiles]"),
    "problems": label("What is wrong in the tables", "Ce qui ne va pas dans les tables"),
    "place": label("Table, row, column", "Table, ligne, colonne"),
    "reason": label("Reason", "Motif"),
    "more": label("more: see problems.csv", "de plus : voir problems.csv"),
    "none": label("Nothing.", "Rien."),
    "references": label("References", "Références"),
    "no_interval": label(
        "No interval is given where the formula has none (nothing, or everything, has happened). A dash: nobody was "
        "followed so long. Subgroups are those of the first meeting; small ones are put together.",
        "Pas d'intervalle là où la formule n'en a pas (rien, ou tout, est survenu). Un tiret : personne n'a été suivi "
        "si longtemps. Les sous-groupes sont ceux de la première RCP ; les petits sont réunis.",
    ),
    "figure": label("Shading: 95 % intervals, day by day.", "Ombres : intervalles à 95 %, jour par jour."),
}
STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "h1{font-size:1.6rem}h2{margin-top:2.2rem;border-bottom:2px solid #0072b2}h3{margin-bottom:.3rem}"
    "table{border-collapse:collapse;margin:.6rem 0 1.2rem;font-size:.88rem}"
    "th,td{padding:.22rem .7rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "p.d{color:#444;margin:.2rem 0;max-width:50rem}figure{margin:1rem 0}img{max-width:100%;width:44rem}"
    "code{font-size:.78rem;word-break:break-all}figcaption{color:#444;font-size:.88rem}"
    "@media print{html{font-size:10.5px}body{margin:0;padding:0;max-width:none;font-size:1rem}h2,h3{break-after:avoid}"
    "tr,figure{break-inside:avoid}img{width:38rem}table{width:100%}th,td{padding:.15rem .45rem}}"
    "@page{size:A4;margin:15mm 14mm}"
    "@page{@bottom-right{content:counter(page)' / 'counter(pages);font-size:8pt}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """With what, of what: nothing of it tells when, so that the same release gives the same page."""

    lock: date | None
    manifest: str | None
    software_of_release: Mapping[str, str]
    software: Mapping[str, str]
    digests: Mapping[str, str]
    release: str | None
    recurrences: Sequence[EventType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure in the page: the endpoint that it is of, its SVG, and what it shows."""

    endpoint: str
    svg: bytes
    caption: str


def page(
    found: Endpoints, problems: Sequence[Problem], made: Made, figures: Sequence[Shown], language: Language
) -> str:
    """The whole document."""
    writer = _Page(found, problems, made, figures, language)
    return "\n".join(writer.lines()) + "\n"


def _versions(software: Mapping[str, str]) -> str:
    return ", ".join(f"{html.escape(name)} {html.escape(version)}" for name, version in software.items())


class _Page:
    def __init__(
        self, found: Endpoints, problems: Sequence[Problem], made: Made, figures: Sequence[Shown], language: Language
    ) -> None:
        self._found, self._problems, self._made = found, problems, made
        self._figures, self._language = figures, language

    def lines(self) -> Iterator[str]:
        title = self._say("title")
        yield f'<!doctype html>\n<html lang="{self._language.value}"><head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
        yield f"<p><strong>{self._say('not_device')}</strong></p>"
        yield from self._provenance()
        yield from self._who()
        for endpoint in ("E1", "E2", "E3", "E4"):
            yield from self._endpoint(endpoint)
        yield from self._epidemiology()
        yield from self._wrong()
        yield from self._references()
        yield "</body></html>"

    def _say(self, key: str) -> str:
        return html.escape(say(TEXTS[key], self._language))

    def _words(self, words: Label) -> str:
        return html.escape(say(words, self._language))

    def _number(self, value: float | None, digits: int) -> str:
        return number(value, digits, self._language)

    def _provenance(self) -> Iterator[str]:
        made = self._made
        kinds = ", ".join(html.escape(code(each.value, self._language)) for each in made.recurrences)
        lock = self._say("own_lock") if made.lock is None else made.lock.isoformat()
        yield f"<p>{self._say('lock')}{self._colon()}<strong>{lock}</strong>"
        own = sum(each.dossier.patient.lock_date is not None for each in self._found.cohort.followed)
        if own:
            yield f"<br>{self._say('moved')}{self._colon()}{own}"
        if made.release:
            yield f"<br>{self._say('release')}{self._colon()}<strong>{html.escape(made.release)}</strong>"
        if made.manifest:
            yield f"<br>{self._say('manifest')}{self._colon()}<code>{made.manifest}</code>"
        else:
            yield f"<br>{self._say('no_manifest')}"
        if made.software_of_release:
            yield f"<br>{self._say('made_with')}{self._colon()}{_versions(made.software_of_release)}"
        yield f"<br>{self._say('software')}{self._colon()}{_versions(made.software)}"
        yield f"<br>{self._say('recurrences')}{self._colon()}{kinds}; {self._say('confirmed')}.</p>"
        yield f"<details><summary>{self._say('files')}</summary><table>"
        for name, digest in sorted(made.digests.items()):
            yield f"<tr><td>{html.escape(name)}</td><td><code>{digest}</code></td></tr>"
        yield "</table></details>"

    def _who(self) -> Iterator[str]:
        cohort = self._found.cohort
        yield f"<h2>{self._say('who')}</h2><table>"
        yield self._row(self._say("counted"), str(len(cohort.followed)))
        for status in VitalStatus:
            count = sum(each.status is status for each in cohort.followed)
            yield self._row(f"· {self._say(status.value)}", str(count))
        late = sum(each.entry != FROM_THE_START for each in cohort.followed)
        if late:
            yield self._row(f"· {self._say('late')}", str(late))
        for why, count in sorted(cohort.left_out.items(), key=lambda each: each[0].value):
            yield self._row(f"{self._say('left_out')}{self._colon()}{self._words(why.words)}", str(count))
        for name, count in sorted(cohort.not_confirmed.items()):
            words = html.escape(code(name, self._language))
            yield self._row(f"{self._say('not_confirmed')}{self._colon()}{words}", str(count))
        yield f"</table><p class='d'>{self._say('no_interval')}</p>"

    def _endpoint(self, endpoint: str) -> Iterator[str]:
        yield f"<h2>{endpoint} · {self._say(endpoint)}</h2>"
        for figure in self._figures:
            if figure.endpoint == endpoint:
                yield self._figure(figure)
        if endpoint == "E4":
            yield from self._presentations()
        for measure in Measure:
            if measure.value.startswith(endpoint):
                yield from self._measure(measure)

    def _figure(self, figure: Shown) -> str:
        data = base64.b64encode(figure.svg).decode()
        caption = html.escape(figure.caption)
        return (
            f'<figure><img alt="{caption}" src="data:image/svg+xml;base64,{data}">'
            f"<figcaption>{caption} {self._say('figure')}</figcaption></figure>"
        )

    def _measure(self, measure: Measure) -> Iterator[str]:
        defined = measure.defined
        yield f"<h3>{self._words(defined.name)}</h3><p class='d'>{self._words(defined.meaning)}</p>"
        yield self._head("group", "when", "patients", "events", "at_risk", "value", words=2)
        for each in self._found.estimates:
            if each.measure is measure:
                yield self._estimated(each)
        yield "</table>"
        for comparison in self._found.comparisons:
            if comparison.measure is measure:
                told = self._say("no_test") if comparison.p is None else self._p(comparison.p)
                by = html.escape(variable(comparison.by, self._language))
                yield f"<p class='d'>{self._say(comparison.test)}, {by} ({comparison.groups}){self._colon()}{told}</p>"

    def _estimated(self, each: Estimated) -> str:
        group = code(each.group, self._language, each.by)
        if each.by != ALL:
            group = f"{variable(each.by, self._language)}{self._colon()}{group}"
        day = "" if each.horizon is None else self._horizon(each.horizon)
        risk = "" if each.at_risk is None else str(each.at_risk)
        value = self._interval(each.estimate, each.measure.defined.unit)
        return self._row(html.escape(group), day, str(each.patients), str(each.events), risk, value, words=2)

    def _colon(self) -> str:
        return ": " if self._language is Language.ENGLISH else "\u00a0: "

    def _horizon(self, days: int) -> str:
        """In one line."""
        count = round(days / DAYS_PER_YEAR)
        unit = "y" if self._language is Language.ENGLISH else "an" if count == 1 else "ans"
        return f"{days}&nbsp;({count}&nbsp;{unit})"

    def _interval(self, estimate: Estimate, unit: Unit) -> str:
        digits = {Unit.PERCENT: 1, Unit.DAYS: 0}.get(unit, 3)
        value, low, high = (self._number(each, digits) for each in (estimate.value, estimate.low, estimate.high))
        sign = " %" if unit is Unit.PERCENT and estimate.value is not None else ""
        if estimate.low is None and estimate.high is None:
            return f"{value}{sign}"
        between = "to" if self._language is Language.ENGLISH else "à"
        return f"{value}{sign} ({low} {between} {high})"

    def _p(self, p: float) -> str:
        least = 0.0001
        return f"p &lt; {self._number(least, 4)}" if p < least else f"p = {self._number(p, 4)}"

    def _presentations(self) -> Iterator[str]:
        yield f"<h3>{self._say('recurred')}</h3>"
        yield self._head("presentation", "patients", "recurred", words=1).replace(
            "</tr>",
            "<th class='n'>0</th><th class='n'>1</th><th class='n'>2</th><th class='n'>≥ 3</th>"
            f"<th class='n'>{self._say('mean')}</th><th class='n'>{self._say('history')}</th></tr>",
        )
        for each in self._found.presentations:
            history = str(each.with_history) if each.number == 1 else ""
            counts = [str(each.patients), str(each.recurrences), *map(str, each.by_count)]
            yield self._row(str(each.number), *counts, self._number(each.mean, 2), history)
        yield "</table>"

    def _epidemiology(self) -> Iterator[str]:
        yield f"<h2>E5 · {self._say('E5')}</h2>"
        yield self._head("variable", "known", "missing", "summary", words=1)
        told = ""
        for each in self._found.described:
            if each.level is not None and each.variable != told:
                name = html.escape(variable(each.variable, self._language))
                yield self._row(name, str(each.known), str(each.missing), "")
            told = each.variable
            yield self._described(each)
        yield "</table>"

    def _described(self, each: Described) -> str:
        if each.level is not None:
            level = html.escape(code(each.level, self._language, each.variable))
            return self._row(f"&emsp;{level}", "", "", f"{each.count} ({self._number(each.percent, 1)} %)")
        summary = "–"
        if each.quartiles is not None:
            low, middle, high = (self._number(quartile, 1) for quartile in each.quartiles)
            summary = f"{middle} [{low} ; {high}]"
        name = html.escape(variable(each.variable, self._language))
        return self._row(name, str(each.known), str(each.missing), summary)

    def _wrong(self) -> Iterator[str]:
        yield f"<h2>{self._say('problems')}</h2>"
        if not self._problems:
            yield f"<p>{self._say('none')}</p>"
            return
        yield self._head("place", "reason", words=2)
        for each in self._problems[:MOST_PROBLEMS]:
            place = f"{each.place.table}, {each.place.row}, {each.place.column}"
            yield self._row(html.escape(place), self._words(each.reason.words), words=2)
        yield "</table>"
        if len(self._problems) > MOST_PROBLEMS:
            yield f"<p>+ {len(self._problems) - MOST_PROBLEMS} {self._say('more')}</p>"

    def _references(self) -> Iterator[str]:
        yield f"<h2>{self._say('references')}</h2><ul>"
        for reference in dict.fromkeys(measure.defined.reference for measure in Measure):
            names = "; ".join(
                self._words(measure.defined.name) for measure in Measure if measure.defined.reference == reference
            )
            yield f"<li>{names}: {html.escape(reference)}.</li>"
        yield f"<li>{self._say(GRAY)}: {html.escape(REFERENCE)}.</li></ul>"

    def _head(self, *keys: str, words: int) -> str:
        cells = "".join(
            f"<th{'' if index < words else ' class=n'}>{self._say(key)}</th>" for index, key in enumerate(keys)
        )
        return f"<table><tr>{cells}</tr>"

    def _row(self, *cells: str, words: int = 1) -> str:
        return (
            "<tr>"
            + "".join(f"<td{'' if index < words else ' class=n'}>{cell}</td>" for index, cell in enumerate(cells))
            + "</tr>"
        )
