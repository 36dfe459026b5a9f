// One dossier as it is presented: request, events, lesions with scores and their course, rules, what is missing.

import '/workbench/components/osteon-skeleton.js';
import { viewer } from '/workbench/js/addresses.js';
import { box } from '/workbench/js/meeting/boxes.js';
import { byRisk, colon, happened, mainScore, shortTitle, sinceTitle, waitsFor } from '/workbench/js/meeting/wording.js';
import { el } from '/workbench/js/dom.js';
import { day, words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);

export function presented(dossier) {
  return el(
    'div',
    { class: 'present' },
    el('div', { class: 'column' }, points(dossier), since(dossier)),
    el('div', { class: 'column' }, skeleton(dossier)),
    el('div', { class: 'column wide' }, lesions(dossier), course(dossier), lacks(dossier)),
    rules(dossier),
  );
}

export function skeleton(dossier) {
  const drawn = el('osteon-skeleton');
  drawn.colour = 'risk';
  drawn.lesions = dossier.sheet.lesions.map((each) => ({ ...each, id: each.lesion_id }));
  return drawn;
}

function points(dossier) {
  return el(
    'section',
    { class: 'card points' },
    el('h2', {}, t('sevenPoints')),
    el('ol', {}, dossier.points.map((point) => el('li', {}, box(point), el('div', {}, el('b', {}, point.label), el('span', { class: 'values' }, point.lines.map((each) => each.short).join(' · ')), point.missing.length ? el('span', { class: 'fine' }, `${t('missing')}${colon()} ${point.missing.join(', ')}`) : null)))),
  );
}

function since({ since: found }) {
  if (!found) return el('section', { class: 'card' }, el('p', {}, t('dayFirst')));
  return el('section', { class: 'card since' }, el('h2', {}, sinceTitle(found)), happened(found).map((line) => el('p', { class: line.is ?? null }, line.text)));
}

function lacks({ lacks: found }) {
  const rows = found.map((each) => el('li', {}, el('b', {}, each.label), each.count > 1 ? ` (${each.count})` : null, each.detail.length ? el('span', { class: 'fine' }, each.detail.join(', ')) : null));
  return el('section', { class: 'card' }, el('h2', {}, t('lacks')), rows.length ? el('ul', {}, rows) : el('p', { class: 'fine' }, t('nothingLacks')));
}

function lesions({ sheet }) {
  if (!sheet.lesions.length) return el('section', { class: 'card' }, el('h2', {}, t('lesions')), el('p', {}, t('noLesions')));
  return el('section', { class: 'card lesions' }, el('h2', {}, t('lesions')), el('ul', {}, byRisk(sheet.lesions).map(lesion), sheet.prognosis.map(prognosis)));
}

function lesion(each) {
  const score = mainScore(each);
  const open = score ? waitsFor(score) : '';
  return el(
    'li',
    {},
    each.key_image ? el('img', { src: each.key_image, alt: `${each.label} ${each.name}`, loading: 'lazy' }) : null,
    el('div', {}, el('b', {}, `${each.label} ${each.name}`), el('span', { class: 'fine' }, `${each.type_words} · `, el('a', { href: viewer(each.study.study_instance_uid) }, `${each.study.modalities.join(' ')} ${day(each.study.study_date)}`)), score ? scoreLine(score, each.risk) : null, open ? el('span', { class: 'fine' }, `${t('missing')}${colon()} ${open}`) : null),
  );
}

export function scoreLine(score, risk) {
  return el('span', { class: 'score' }, el('b', {}, `${shortTitle(score)} ${score.amount}`), el('span', { class: `band ${score.meaning === null ? 'open' : risk}` }, score.meaning ?? t('ruleOpen')));
}

function prognosis({ score, lesions: names }) {
  const open = waitsFor(score);
  return el('li', { class: 'prognosis' }, el('div', {}, scoreLine(score, 'plain'), el('span', { class: 'fine' }, names.join(', ')), open ? el('span', { class: 'fine' }, `${t('missing')}${colon()} ${open}`) : null));
}

function course({ history }) {
  if (!history.length) return null;
  const rows = new Map();
  for (const each of history) {
    const key = `${each.label} ${each.instrument}`;
    rows.set(key, [...(rows.get(key) ?? []), each]);
  }
  const stage = (each) => el('span', { class: 'stage' }, el('b', {}, each.amount), el('span', { class: 'fine' }, day(each.on)));
  return el('section', { class: 'card course' }, el('h2', {}, t('course')), el('dl', {}, [...rows].map(([, stages]) => el('div', {}, el('dt', {}, `${stages[0].label} ${{ sins: 'SINS', mirels: 'Mirels' }[stages[0].instrument]}`), el('dd', {}, stages.map((each, place) => [place ? ' → ' : null, stage(each)]))))));
}

function rules(dossier) {
  const every = [...dossier.rules.map((each) => ({ ...each, of: null })), ...dossier.lesion_rules.flatMap(({ label, rules: own }) => own.map((each) => ({ ...each, of: label })))];
  const isClear = (each) => each.decided || each.points.length;
  const open = every.filter((each) => !isClear(each));
  return el(
    'section',
    { class: 'card rules' },
    el('h2', {}, t('rules')),
    el('ul', {}, every.filter(isClear).map(rule)),
    open.length ? el('details', {}, el('summary', {}, `${t('openRules')} (${open.length})`), el('ul', {}, open.map(rule))) : null,
  );
}

function rule(each) {
  const used = each.used.map((fact) => `${fact.label} ${fact.value} (${t(`origin_${fact.origin}`)})`).join(' · ');
  const missing = each.missing.map((fact) => (fact.decides ? `${fact.label} (${t('decides')})` : fact.label)).join(', ');
  return el(
    'li',
    {},
    el('b', {}, each.of ? `${each.title}, ${each.of}` : each.title),
    el('span', { class: 'answer' }, each.answer ?? t('ruleOpen')),
    each.points.length ? el('span', {}, each.points.join(' · ')) : null,
    each.suggestion ? el('span', { class: 'suggestion' }, each.suggestion) : null,
    used ? el('span', { class: 'fine' }, `${t('wentBy')}${colon()} ${used}`) : null,
    missing ? el('span', { class: 'fine' }, `${t('waitsFor')}${colon()} ${missing}`) : null,
  );
}
