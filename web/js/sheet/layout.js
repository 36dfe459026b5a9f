// The sheet's content as elements, laid out as in the file for printing; both use /workbench/css/sheet.css.

import { el } from '/workbench/js/dom.js';
import { contextTables, markOf, Said } from '/workbench/js/sheet/parts.js';
import { band, lesionScores, missing, short } from '/workbench/js/sheet/scores.js';

/** `sheet`: the answer of GET /patients/{pseudonym}/sheet. */
export function sheetOf(sheet) {
  const said = new Said(sheet);
  return el(
    'article',
    { class: 'sheet', lang: sheet.language },
    head(sheet, said),
    el('section', { class: 'overview' }, el('figure', {}, skeleton(sheet)), summary(sheet, said)),
    sheet.lesions.map((lesion) => lesionSection(lesion, said)),
    foot(sheet, said),
  );
}

function head(sheet, said) {
  const facts = [
    [said.generated, said.day(sheet.made_on)],
    [said.lesions, String(sheet.lesions.length)],
    sheet.last_study ? [said.last_study, said.study(sheet.last_study)] : null,
  ].filter(Boolean);
  return el(
    'header',
    {},
    el('div', { class: 'who' }, el('p', { class: 'kicker' }, said.sheet), el('h2', { class: 'pseudonym' }, sheet.pseudonym)),
    el('dl', {}, facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))),
  );
}

function skeleton(sheet) {
  const drawn = el('osteon-skeleton', { small: true });
  drawn.colour = 'risk';
  drawn.lesions = sheet.lesions.map((lesion) => ({ ...lesion, id: lesion.lesion_id }));
  drawn.addEventListener('osteon-pick', (event) => goTo(event.detail.lesions[0]));
  return drawn;
}

function goTo(lesion) {
  const section = document.getElementById(`lesion-${lesion}`);
  section?.focus({ preventScroll: true });
  section?.scrollIntoView({ block: 'start' });
}

function summary(sheet, said) {
  return el('div', { class: 'summary' }, overview(sheet, said), decision(sheet, said), context(sheet, said), prognosis(sheet, said));
}

function overview(sheet, said) {
  if (!sheet.lesions.length) return el('div', {}, el('h2', {}, said.lesions), el('p', {}, said.no_lesions), unread(sheet, said));
  const names = [said.lesion, said.type, said.score, said.missing, said.trend];
  return el('div', {}, el('h2', {}, said.lesions), table('lesions', names, sheet.lesions.map((each) => overviewRow(each, said))), unread(sheet, said));
}

function overviewRow(lesion, said) {
  const score = lesion.scores.find((each) => each.amount);
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, markOf(lesion), el('b', {}, lesion.label), ` ${lesion.name}`),
    el('td', {}, lesion.type_words),
    score
      ? el('td', {}, el('b', {}, `${short(score)} ${score.amount}`), el('div', {}, band(score, lesion, said)))
      : el('td', { class: 'fine' }, said.not_scored),
    el('td', {}, score ? missing(score, said) : null),
    el('td', {}, trend(lesion, said)),
  );
}

function trend(lesion, said) {
  if (lesion.resolved) return said.resolved;
  if (!lesion.prior) return said.first_study;
  const now = new Map(lesion.scores.map((each) => [each.instrument, each.amount]));
  const moved = lesion.prior.scores
    .filter((each) => each.amount && now.get(each.instrument) && now.get(each.instrument) !== each.amount)
    .map((each) => `${short(each)} ${each.amount.split('/')[0]} → ${now.get(each.instrument)}`);
  const change = moved.join(', ') || (lesion.prior.changed ? said.changed : said.unchanged);
  return `${said.day(lesion.prior.study.study_date)}${said.colon}${change}`;
}

function unread(sheet, said) {
  const names = sheet.unread.map((each) => `${each.label} ${each.name}`).join(', ');
  return names ? el('p', { class: 'fine' }, el('b', {}, said.unread, said.colon), names) : null;
}

function context(sheet, said) {
  const inside = sheet.context.length ? contextTables(sheet.context, said) : el('p', { class: 'fine' }, said.no_context);
  return el('div', {}, el('h2', {}, said.context), inside);
}

function decision({ decision: taken }, said) {
  if (!taken) return null;
  const heading = el('h2', {}, `${said.decision} ${said.day(taken.meeting_date)}`);
  if (!taken.by) return el('div', { class: 'decision' }, heading, el('p', { class: 'fine' }, said.undecided));
  return el(
    'div',
    { class: 'decision' },
    heading,
    el('p', {}, el('b', {}, taken.labels.join(', ') || said.undecided)),
    taken.rationale ? el('p', {}, taken.rationale) : null,
    el('p', { class: 'fine' }, `${said.entered_by} ${taken.by}${taken.at ? `, ${said.day(taken.at)}` : ''}`),
  );
}

function prognosis(sheet, said) {
  if (!sheet.prognosis.length) return null;
  const rows = sheet.prognosis.map(({ score, lesions }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, score.title),
      el('td', {}, el('b', {}, score.amount), el('div', {}, band(score, null, said))),
      el('td', {}, missing(score, said)),
      el('td', { class: 'fine' }, `${said.of_lesions} ${lesions.join(', ')}`),
    ),
  );
  return el('div', {}, el('h2', {}, said.prognosis), table('prognosis', [said.score, said.band, said.missing, said.lesion], rows));
}

function table(name, heads, rows) {
  const head = el('thead', {}, el('tr', {}, heads.map((each) => el('th', { scope: 'col' }, each))));
  return el('table', { class: name }, head, el('tbody', {}, rows));
}

function lesionSection(lesion, said) {
  const read = [
    `${said.study(lesion.study)} · ${said.read_by} ${lesion.read_by}, ${said.day(lesion.read_at)}`,
    lesion.adjudicated ? said.adjudicated : null,
    lesion.revision > 1 ? `${said.revision} ${lesion.revision}` : null,
  ];
  return el(
    'section',
    { class: 'lesion', id: `lesion-${lesion.lesion_id}`, tabindex: -1 },
    el('h2', {}, markOf(lesion), `${lesion.label} · ${lesion.name}`),
    el('p', { class: 'fine read' }, read.filter(Boolean).join(' · ')),
    el(
      'div',
      { class: 'parts' },
      el('div', { class: 'image' }, image(lesion, said)),
      el('div', { class: 'findings' }, findings(lesion, said)),
      el('div', { class: 'scores' }, lesionScores(lesion, said)),
    ),
  );
}

/** An image that cannot be had leaves a word in its place. */
function image(lesion, said) {
  if (!lesion.key_image) return el('p', { class: 'fine' }, said.no_image);
  const shown = el('img', { src: lesion.key_image, alt: `${said.key_image} ${lesion.label}` });
  shown.addEventListener('error', () => shown.replaceWith(el('p', { class: 'fine' }, said.image_failed)));
  return shown;
}

function findings(lesion, said) {
  const rows = lesion.findings.map((each) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, each.label),
      el(
        'td',
        {},
        each.value,
        each.how ? el('span', { class: 'fine' }, ` (${each.how})`) : null,
        each.before ? el('span', { class: 'before' }, ` ${said.before}${said.colon}${each.before}`) : null,
      ),
    ),
  );
  return [
    el('h3', {}, said.findings),
    el('table', {}, el('tbody', {}, rows)),
    lesion.note ? el('p', {}, el('b', {}, said.note, said.colon), lesion.note) : null,
    lesion.context.length ? [el('h3', {}, said.context_of_lesion), contextTables(lesion.context, said)] : null,
  ];
}

function foot(sheet, said) {
  const entries = sheet.references.map((each) => el('li', {}, el('b', {}, `${each.title} (${each.version})${said.colon}`), each.reference));
  return el(
    'footer',
    {},
    entries.length ? [el('h2', {}, said.references), el('ul', {}, entries)] : null,
    el('p', { class: 'notice' }, said.notice, ` Osteon ${sheet.software}.`),
  );
}
