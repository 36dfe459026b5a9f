// One dossier as one screen of the projector: what is read from the back of the room, and no more.

import { box } from '/workbench/js/meeting/boxes.js';
import { scoreLine, skeleton } from '/workbench/js/meeting/present.js';
import { byRisk, colon, happened, mainScore, sinceTitle, waitsFor } from '/workbench/js/meeting/wording.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);
const MOST_LESIONS = 4;
const MOST_IMAGES = 2;

/** `where`: day and place in the order; `decide`: opens the decision, null for who only looks. */
export function screenOf(dossier, where, decide) {
  const lesions = byRisk(dossier.sheet.lesions);
  return el(
    'article',
    { class: 'screen', 'aria-label': dossier.place.pseudonym },
    head(dossier, where),
    el('div', { class: 'drawing' }, drawing(dossier)),
    el('div', { class: 'scores' }, images(lesions), lesionList(lesions), prognosis(dossier)),
    el('div', { class: 'request' }, points(dossier), since(dossier)),
    el('footer', {}, decision(dossier), decide ? el('button', { class: 'primary', onclick: decide }, t('decide'), el('kbd', {}, 'd')) : null),
  );
}

function head({ place, presentation }, where) {
  return el(
    'header',
    {},
    el('h1', { class: 'code' }, place.pseudonym),
    el('p', { class: 'question' }, [presentation?.primary, presentation?.question].filter(Boolean).join(' · ')),
    el('p', { class: 'where number' }, where),
  );
}

/** Nothing to press: it is looked at. */
function drawing(dossier) {
  const drawn = skeleton(dossier);
  drawn.setAttribute('still', '');
  return drawn;
}

function images(lesions) {
  const shown = lesions.filter((each) => each.key_image).slice(0, MOST_IMAGES);
  return shown.length ? el('div', { class: 'images' }, shown.map((each) => el('figure', {}, el('img', { src: each.key_image, alt: `${each.label} ${each.name}` }), el('figcaption', {}, each.label)))) : null;
}

function lesionList(lesions) {
  if (!lesions.length) return el('p', { class: 'fine' }, t('noLesions'));
  const rest = lesions.length - MOST_LESIONS;
  return el('ul', { class: 'lesions' }, lesions.slice(0, MOST_LESIONS).map(lesion), rest > 0 ? el('li', { class: 'fine' }, t('andMore', { count: rest })) : null);
}

function lesion(each) {
  const score = mainScore(each);
  const open = score ? waitsFor(score) : '';
  return el('li', {}, el('span', { class: 'name' }, `${each.label} ${each.name}`), score ? scoreLine(score, each.risk) : el('span', { class: 'fine' }, each.type_words), open ? el('span', { class: 'fine' }, `${t('missing')}${colon()} ${open}`) : null);
}

function prognosis({ sheet }) {
  return sheet.prognosis.length ? el('ul', { class: 'prognosis' }, sheet.prognosis.map(({ score }) => el('li', {}, scoreLine(score, 'plain')))) : null;
}

function points(dossier) {
  const said = (point) => point.lines.map((each) => each.short).join(' · ') || t(`said_${point.said}`);
  return el('ol', { class: 'points', 'aria-label': t('sevenPoints') }, dossier.points.map((point) => el('li', { class: point.said }, box(point), el('div', {}, el('b', {}, point.label), el('span', {}, said(point))))));
}

function since({ since: found }) {
  if (!found) return null;
  const lines = happened(found);
  const lead = lines.find((line) => line.is === 'lead');
  const rest = lines.filter((line) => line !== lead);
  return el('div', { class: 'since' }, el('h2', {}, sinceTitle(found)), lead ? el('p', { class: 'lead' }, lead.text) : null, el('p', { class: 'rest' }, rest.map((line) => line.text).join(' · ')));
}

function decision({ decision: taken }) {
  const isTaken = taken.codes.length || taken.rationale;
  return el(
    'div',
    { class: isTaken ? 'decided' : 'decided open' },
    el('h2', {}, t('decision')),
    el('div', { class: 'outcome' }, el('p', { class: 'what' }, isTaken ? taken.labels.join(' + ') || taken.rationale : t('notDecided')), taken.labels.length && taken.rationale ? el('p', { class: 'why' }, taken.rationale) : null),
  );
}
