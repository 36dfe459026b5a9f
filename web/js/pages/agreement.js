// How far the blind readers of a protocol agree: every item, and one of them closely.

import { ApiError, get } from '/workbench/js/api.js';
import { detail } from '/workbench/js/agreement/detail.js';
import { asCsv, save } from '/workbench/js/agreement/download.js';
import { overview } from '/workbench/js/agreement/overview.js';
import { descriptions } from '/workbench/js/descriptions.js';
import { el, fill } from '/workbench/js/dom.js';
import { number, words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { shell } from '/workbench/js/shell.js';
import { empty, failure, waiting } from '/workbench/js/states.js';
import agreementWords from '/workbench/words/agreement.js';

const t = words(agreementWords);
const WEIGHTS = ['none', 'linear', 'quadratic'];
const FEW = 10;
const NOT_NOW = 409;
const main = document.getElementById('main');
const protocol = decodeURIComponent(location.pathname.split('/')[2]);
const path = `/protocols/${encodeURIComponent(protocol)}/agreement`;
let agreement = null;
let known = null;
let trouble = null;
let weights = 'none';

const help = keys([
  { key: 'j', says: () => t('key_j'), does: () => step(1) },
  { key: 'k', says: () => t('key_k'), does: () => step(-1) },
  { key: 'p', says: () => t('key_p'), does: () => location.assign('/protocols') },
]);
const me = await shell({ title: () => agreement?.protocol_name ?? t('title'), draw });
if (me) load();

async function load() {
  trouble = null;
  draw();
  try {
    [{ body: agreement }, known] = await Promise.all([get(path), descriptions()]);
    document.title = `${agreement.protocol_name} · Osteon`;
  } catch (error) {
    trouble = error;
  }
  draw();
}

function draw() {
  if (trouble) fill(main, troubled());
  else if (!agreement) fill(main, waiting());
  else fill(main, head(), agreement.cases ? content() : nothing());
}

function troubled() {
  const isSingle = trouble instanceof ApiError && trouble.status === NOT_NOW;
  const isUnknown = trouble instanceof ApiError && [404, 422].includes(trouble.status);
  const back = el('a', { class: 'button', href: '/protocols' }, t('allProtocols'));
  if (isSingle) return empty(t('single'), t('singleDetail'), back);
  return isUnknown ? empty(t('unknown'), null, back) : failure(trouble, load);
}

function head() {
  const { protocol_name: name, readers, studies, cases, seen_by_one: alone } = agreement;
  const facts = [
    readers.length ? t('readers', { count: readers.length, names: readers.join(', ') }) : null,
    t('studies', { count: studies }), t('caseCount', { count: cases }), t('seenByOne', { count: alone }),
  ].filter(Boolean);
  return el(
    'div',
    { class: 'agreement-head' },
    el('a', { class: 'button quiet back', href: '/protocols', 'aria-label': t('allProtocols') }, '←'),
    el('div', { class: 'what' }, el('h1', {}, name), el('p', { class: 'muted' }, facts.join(' · '))),
    el('span', { class: 'spring' }),
    cases ? el('button', { type: 'button', onclick: () => save(`agreement-${protocol}.csv`, 'text/csv', asCsv(agreement)) }, 'CSV') : null,
    cases ? el('button', { type: 'button', onclick: () => save(`agreement-${protocol}.json`, 'application/json', JSON.stringify(agreement, null, 2)) }, 'JSON') : null,
    el('button', { class: 'quiet icon', onclick: () => help(), 'aria-label': t('keys') }, el('kbd', {}, '?')),
  );
}

function nothing() {
  if (!agreement.studies) return empty(t('noStudies'), t('noStudiesDetail'));
  return empty(t('noCases'), t('noCasesDetail', { alone: agreement.seen_by_one, studies: agreement.studies }));
}

function content() {
  const item = chosen();
  return [
    agreement.cases < FEW ? el('p', { class: 'notice few' }, t('few', { count: agreement.cases })) : null,
    el('div', { class: 'agreement-grid' },
      el('section', { class: 'card items' }, tools(), overview(agreement, known, { chosen: item?.item, weights, t, choose }), el('p', { class: 'fine legend' }, t('legend')), unanswered()),
      item ? detail(item, agreement, known, t) : null),
  ];
}

function tools() {
  const button = (each) => el('button', { type: 'button', 'aria-pressed': String(weights === each), dataset: { weights: each }, onclick: () => weigh(each) }, t(`weights_${each}`));
  return el('div', { class: 'tools' }, el('h2', {}, t('items')), el('span', { class: 'spring' }),
    agreement.readers.length > 2 ? null : el('div', { class: 'tabs', role: 'group', 'aria-label': t('weights') }, WEIGHTS.map(button)));
}

function weigh(wanted) {
  weights = wanted;
  draw();
  main.querySelector(`[data-weights="${wanted}"]`).focus();
}

function unanswered() {
  const count = agreement.items.filter((item) => !item.cases && !item.left_out).length;
  return count ? el('p', { class: 'fine legend' }, t('unanswered', { count, number: number(count) })) : null;
}

function shown() {
  return [...main.querySelectorAll('tr[data-item]')].map((row) => row.dataset.item);
}

/** The one in the address, or else the first with the most to look at: one that others have published on. */
function chosen() {
  const named = new URLSearchParams(location.search).get('item');
  const answered = agreement.items.filter((item) => item.cases);
  return answered.find((item) => item.item === named) ?? answered.find((item) => item.literature) ?? answered[0] ?? null;
}

function choose(name) {
  history.replaceState(null, '', `${location.pathname}?item=${encodeURIComponent(name)}`);
  draw();
  const button = main.querySelector(`tr[data-item="${CSS.escape(name)}"] button`);
  button?.focus({ preventScroll: true });
  button?.scrollIntoView({ block: 'nearest' });
}

function step(by) {
  const names = shown();
  const at = names.indexOf(chosen()?.item) + by;
  if (names[at]) choose(names[at]);
}
