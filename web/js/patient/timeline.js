// The patient's course, drawn: examinations by days since the first one, and below them a line for each lesion with
// the score of each reading.

import { readingPage, viewer } from '/workbench/js/addresses.js';
import { el, svg } from '/workbench/js/dom.js';
import { number, words } from '/workbench/js/i18n.js';
import { bandOf, leadingScore, SHORT, toneOf, totalOf } from '/workbench/js/instruments.js';
import patientWords from '/workbench/words/patient.js';

const t = words(patientWords);

// In rem, so that the drawing grows with the text.
const NARROW = { labels: 13.8, letters: 19 };
const ROOMY = { labels: 22, letters: 36 };
const ROOMY_FROM = 58;
const COLUMN = 5.6;
const ROW = 2.7;
const TOP = 4.6;
const EDGE = 3.2;

/** An element that draws itself anew when it gets another width. */
export function timeline(patient) {
  const box = el('div', { class: 'timeline', tabindex: '0', role: 'region', 'aria-label': t('timeline') });
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - width) < 2) return;
    width = entry.contentRect.width;
    box.replaceChildren(drawing(patient, width));
  }).observe(box);
  return box;
}

function drawing(patient, width) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const lesions = patient.lesions.filter((each) => !each.merged_into);
  const room = width / rem >= ROOMY_FROM ? ROOMY : NARROW;
  const places = columns(patient, room.labels, width / rem - EDGE);
  const wide = Math.max(width / rem, ...[...places.values()].map((x) => x + EDGE));
  const high = TOP + Math.max(1, lesions.length) * ROW + 0.4;
  return svg(
    'svg',
    { viewBox: `0 0 ${wide} ${high}`, width: wide * rem, height: high * rem, role: 'group', 'aria-label': t('timeline') },
    stripes(lesions, wide),
    [...places].map(([study, x]) => examination(patient, study, x, high)),
    lesions.map((lesion, at) => course(patient, lesion, { places, room, y: TOP + (at + 0.5) * ROW })),
    lesions.length ? null : svg('text', { x: room.labels, y: TOP + ROW / 2, class: 'nothing' }, t('noLesionsYet')),
  );
}

/** Where each study stands, in rem: by its days, but never closer to another than its text needs. */
function columns(patient, from, to) {
  const dated = patient.studies.filter((each) => each.study_date);
  const undated = patient.studies.filter((each) => !each.study_date);
  const start = from + 2.2;
  const last = patient.offset(dated.at(-1)) || 1;
  const forDated = Math.max(COLUMN, to - start - undated.length * COLUMN);
  const places = new Map();
  let least = start;
  for (const study of dated) {
    const x = Math.max(least, start + (patient.offset(study) / last) * forDated);
    places.set(study, x);
    least = x + COLUMN;
  }
  // What had to move to the right may have pushed the last one out: move back as far as there is room.
  let most = Math.max(start + forDated, start + (dated.length - 1) * COLUMN);
  for (const study of [...dated].reverse()) {
    places.set(study, Math.min(places.get(study), most));
    most = places.get(study) - COLUMN;
  }
  undated.forEach((study, at) => places.set(study, (places.get(dated.at(-1)) ?? start - COLUMN) + (at + 1) * COLUMN));
  return places;
}

function stripes(lesions, wide) {
  return lesions.map((_, at) => (at % 2 ? null : svg('rect', { class: 'stripe', x: 0, y: TOP + at * ROW, width: wide, height: ROW })));
}

function examination(patient, study, x, high) {
  const offset = patient.offset(study);
  const when = offset === null ? t('undated') : offset === 0 ? t('dayZero') : t('dayAfter', { days: number(offset) });
  return [
    svg('line', { class: 'upright', x1: x, x2: x, y1: 3.9, y2: high - 0.2 }),
    svg(
      'a',
      { href: viewer(study.study_instance_uid), class: 'examination', 'aria-label': `${t('openViewer')}: ${study.modalities.join(' + ')}, ${when}` },
      svg('rect', { class: 'hit', x: x - COLUMN / 2 + 0.1, y: 0.2, width: COLUMN - 0.2, height: 3.7, rx: 0.4 }),
      svg('text', { class: 'modality', x, y: 1.5 }, study.modalities.join(' + ')),
      svg('text', { class: 'offset', x, y: 2.75 }, when),
      svg('circle', { class: 'knot', cx: x, cy: 3.75, r: 0.36 }),
    ),
  ];
}

function course(patient, lesion, { places, room, y }) {
  const points = patient.course(lesion);
  const xs = points.map(({ study }) => places.get(study));
  const isGone = Boolean(lesion.resolved_on);
  return svg(
    'g',
    { class: isGone ? 'lesion gone' : 'lesion' },
    svg('text', { class: 'label', x: 0.6, y: y + 0.33 }, lesion.label),
    svg('text', { class: 'site', x: 3.4, y: y + 0.33 }, shortened(siteName(lesion.site), room.letters)),
    xs.length > 1 ? svg('line', { class: 'thread', x1: xs[0], x2: xs.at(-1), y1: y, y2: y }) : null,
    points.map((point, at) => reading(patient, lesion, point, xs[at], y)),
    points.length ? null : svg('text', { class: 'nothing', x: room.labels, y: y + 0.33 }, t('state_unread')),
  );
}

function reading(patient, lesion, { study, reading: found, others }, x, y) {
  const score = leadingScore(found.scores);
  const described = score && patient.described.get(score.instrument);
  const text = score ? String(totalOf(score)) : '•';
  const tone = score ? toneOf(described, score) : '';
  const said = score ? [`${SHORT[score.instrument]} ${text}`, bandOf(described, score) ?? t('undecided')] : [t('noScore')];
  if (others) said.push(t('readings', { count: others + 1, number: number(others + 1) }));
  const label = `${lesion.label}: ${said.join(', ')}`;
  const wide = 1.1 + 0.52 * text.length;
  return svg(
    'a',
    { href: readingPage(patient.patient.pseudonym, study.study_instance_uid), class: `score ${tone}`, 'aria-label': label },
    svg('title', {}, label),
    svg('rect', { x: x - wide / 2, y: y - 0.82, width: wide, height: 1.64, rx: 0.82 }),
    svg('text', { x, y: y + 0.31 }, text),
    others ? svg('text', { class: 'others', x: x + wide / 2 + 0.2, y: y - 0.35 }, `×${others + 1}`) : null,
  );
}

function siteName(site) {
  return document.documentElement.lang === 'fr' ? site.name_fr : site.name_en;
}

function shortened(text, letters) {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
