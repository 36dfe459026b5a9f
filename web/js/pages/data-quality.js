// What is missing of patients and of the study: a list to work through, each line with the way to where it is mended.

import { DATA_QUALITY, patientPage } from '/workbench/js/addresses.js';
import { get, withQuery } from '/workbench/js/api.js';
import { descriptions } from '/workbench/js/descriptions.js';
import { count } from '/workbench/js/quality/counting.js';
import { detailWords } from '/workbench/js/quality/detail.js';
import { KINDS, mending } from '/workbench/js/quality/kinds.js';
import { dictionary } from '/workbench/js/record/dictionary.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, language, number, words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty } from '/workbench/js/states.js';
import { asked as askedFor, remember } from '/workbench/js/start/filters.js';
import { PagedList } from '/workbench/js/start/paged-list.js';
import qualityWords from '/workbench/words/data-quality.js';

const SEERS = ['radiologist', 'clinician', 'researcher'];
const NAMES = ['kind', 'patient'];
const TONES = { presentation_missing: 'danger', images_not_received: 'danger', facts_differ: 'danger', images_incomplete: 'warning', follow_up_overdue: 'warning' };

const t = words(qualityWords);
const main = document.getElementById('main');
const kinds = el('div', { class: 'kinds', role: 'group' });
const head = el('div', { class: 'start-head' });
const filters = el('form', { class: 'filters', onsubmit: (event) => { event.preventDefault(); change({ patient: patientField.value.trim().toUpperCase() }); } });
const patientField = el('input', { id: 'patient', type: 'search', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'characters', class: 'code' });
const list = new PagedList({ load, head: () => ['kind', 'patient', 'detail', 'since', 'open'].map((each) => t(`head_${each}`)), row, key: (each) => `${each.kind} ${each.object_id}`, nothing, more: () => t('more'), label: () => t('title') });
let asked = askedFor(NAMES);
let counts = null;
let counting = null;
let known = null;
let instruments = null;

const help = keys([
  { key: 'j', says: () => t('key_j'), does: () => list.move(1) },
  { key: 'k', says: () => t('key_k'), does: () => list.move(-1) },
  { key: 'Enter', says: () => t('key_enter'), does: (event) => event.target.closest?.('a, button')?.click() },
  { key: 'p', says: () => t('key_p'), does: () => list.current?.querySelector('a.code').click() },
  { key: '/', says: () => t('key_slash'), does: () => patientField.focus() },
  { key: 'r', says: () => t('key_r'), does: () => refresh() },
]);

const me = await shell({ title: () => t('title'), draw });
if (me && SEERS.some(has)) begin();

function begin() {
  patientField.value = asked.patient;
  const later = (promise, then) => promise.then(then, () => null).then(() => list.draw());
  later(dictionary(), (found) => (known = found));
  later(descriptions(), (found) => (instruments = found.instruments));
  refresh({ keep: false });
  // What was mended on another page is gone when one comes back.
  document.addEventListener('visibilitychange', () => document.hidden || refresh());
  addEventListener('pageshow', (event) => event.persisted && refresh());
}

function refresh({ keep = true } = {}) {
  list.reload({ keep });
  return recount();
}

async function recount() {
  counting?.abort();
  counting = new AbortController();
  const { signal } = counting;
  try {
    await count(asked.patient, signal, (found) => {
      counts = found;
      drawKinds();
    });
  } catch (error) {
    if (error.name === 'AbortError') return;
    // The list says what is wrong; without counts it can be worked through.
    counts = null;
    drawKinds();
  }
}

async function load({ limit, cursor, signal }) {
  return (await get(withQuery('/data-quality', { ...asked, limit, cursor }), { signal })).body;
}

function change(values) {
  const before = asked.patient;
  asked = { ...asked, ...values };
  patientField.value = asked.patient;
  remember(asked);
  drawKinds();
  drawFilters();
  list.reload();
  if (asked.patient !== before) {
    counts = null;
    recount();
  }
}

function draw() {
  if (!SEERS.some(has)) {
    fill(main, empty(t('notForYou'), t('notForYouDetail')));
    return;
  }
  fill(head, el('h1', {}, t('title')), el('span', { class: 'spring' }), el('button', { type: 'button', onclick: () => refresh() }, t('again'), el('kbd', {}, 'r')), el('button', { class: 'quiet icon', onclick: () => help(), 'aria-label': t('keys') }, el('kbd', {}, '?')));
  drawKinds();
  drawFilters();
  list.draw();
  if (!head.isConnected) fill(main, head, el('div', { class: 'quality-grid' }, kinds, el('div', { class: 'quality-list' }, filters, list.element)));
}

function drawFilters() {
  patientField.placeholder = 'OST-…';
  fill(filters,
    el('label', { for: 'patient' }, t('patient')), patientField,
    el('button', {}, t('show')),
    asked.patient ? el('button', { type: 'button', class: 'quiet', onclick: () => change({ patient: '' }) }, t('everybody')) : null,
    el('span', { class: 'spring' }),
    el('span', { class: 'fine' }, t('forScripts'), ' ', el('code', {}, withQuery(`/api/v1${DATA_QUALITY}`, asked))));
}

function drawKinds() {
  const focused = kinds.querySelector(':focus')?.dataset.kind;
  kinds.setAttribute('aria-label', t('head_kind'));
  fill(kinds, kindButton(''), KINDS.map(kindButton));
  if (focused !== undefined) kinds.querySelector(`[data-kind="${focused}"]`).focus();
}

function kindButton(kind) {
  const found = counts && (kind ? counts.byKind.get(kind) ?? 0 : [...counts.byKind.values()].reduce((sum, each) => sum + each, 0));
  return el('button', { type: 'button', dataset: { kind }, 'aria-pressed': String(asked.kind === kind), class: counts && !found && isCounted(kind) ? 'none' : null, onclick: () => change({ kind }) },
    el('span', {}, t(kind ? `kind_${kind}` : 'all')), el('span', { class: 'count number' }, counts ? `${number(found)}${isCounted(kind) ? '' : '+'}` : '·'));
}

/** The list goes kind by kind: what comes after the place that counting has reached may be more. */
function isCounted(kind) {
  if (counts.isWhole) return true;
  return Boolean(kind) && counts.last !== null && KINDS.indexOf(kind) < KINDS.indexOf(counts.last);
}

function row(item) {
  const { href, act } = mending(item);
  return el('tr', {},
    el('td', {}, el('span', { class: `chip ${TONES[item.kind] ?? ''}` }, item.label[language()])),
    el('td', {}, el('a', { class: 'code', href: patientPage(item.pseudonym) }, item.pseudonym)),
    el('td', { class: 'what' }, detailWords(item, known, instruments).join(' · ')),
    el('td', { class: 'number' }, item.since ? day(item.since) : ''),
    el('td', { class: 'go' }, el('a', { class: 'main button', href, 'aria-label': `${t(`act_${act}`)}: ${item.label[language()]}, ${item.pseudonym}` }, t(`act_${act}`))));
}

function nothing() {
  if (!asked.kind && !asked.patient) return empty(t('nothing'), t('nothingDetail'));
  return empty(t('nothingOf'), t('nothingOfDetail'), el('button', { type: 'button', onclick: () => change({ kind: '', patient: '' }) }, t('showAll')));
}
