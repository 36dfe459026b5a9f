// The start page: the worklist of who reads, the studies for everybody else who may see them.

import { patientPage } from '/workbench/js/addresses.js';
import { ApiError, get } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { follow } from '/workbench/js/live.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { empty, sentence } from '/workbench/js/states.js';
import { Studies } from '/workbench/js/start/studies.js';
import { taskAddress, Worklist } from '/workbench/js/start/worklist.js';
import startWords from '/workbench/words/start.js';

// Each look is noted in the audit log, and most changes come by themselves.
const POLL_MS = 180000;
const SEES_STUDIES = ['radiologist', 'clinician', 'researcher', 'custodian'];
const FOLLOWS = ['radiologist', 'clinician', 'researcher'];

const t = words(startWords);
const main = document.getElementById('main');
const views = el('div', { class: 'views', role: 'group' });
const search = el('input', { type: 'search', id: 'search', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'characters', enterkeyhint: 'go' });
const searchSaid = el('p', { class: 'search-said', role: 'status' });
const live = el('span', { class: 'live' });
const helpButton = el('button', { class: 'quiet icon', onclick: () => help() }, el('kbd', {}, '?'));
const form = el('form', { role: 'search', class: 'search', onsubmit: openPatient }, search, el('kbd', { 'aria-hidden': 'true' }, '/'));
const head = el('div', { class: 'start-head' }, el('h1', {}), views, el('span', { class: 'spring' }), live, form, helpButton);
const body = el('div', { class: 'start-body' });
let view = null;
let liveState = 'waiting';

const help = keys([
  { key: 'j', says: () => t('key_j'), does: () => view?.list.move(1) },
  { key: 'k', says: () => t('key_k'), does: () => view?.list.move(-1) },
  { key: 'Enter', says: () => t('key_enter'), does: (event) => event.target.closest?.('a, button')?.click() },
  { key: 'p', says: () => t('key_p'), does: () => view?.list.current?.querySelector('a.code').click() },
  { key: 'n', says: () => t('key_n'), does: () => view?.next && location.assign(taskAddress(view.next)) },
  { key: '/', says: () => t('key_slash'), does: () => search.focus() },
]);

const me = await shell({ title: () => t(isReading() ? 'worklist' : 'studies'), draw });
if (me) begin();

function isReading() {
  return has('radiologist') && new URLSearchParams(location.search).get('view') !== 'studies';
}

async function begin() {
  search.addEventListener('input', narrow);
  search.addEventListener('keydown', (event) => event.key === 'Escape' && leaveSearch());
  fill(main, head, searchSaid, body);
  if (!SEES_STUDIES.some(has)) {
    for (const each of [form, live, helpButton]) each.hidden = true;
    draw();
    return;
  }
  if (FOLLOWS.some(has)) await follow(() => view?.refresh(), (state) => drawLive(state)).ready;
  else live.hidden = true;
  show();
  setInterval(() => document.hidden || view.refresh(), POLL_MS);
}

function show() {
  view = isReading() ? new Worklist() : new Studies(has('radiologist') ? 'studies' : '');
  draw();
  fill(body, view.element);
  view.begin();
}

function draw() {
  const title = head.querySelector('h1');
  fill(title, t(isReading() ? 'worklist' : 'studies'));
  title.className = has('radiologist') ? 'visually-hidden' : '';
  search.placeholder = t('search');
  search.setAttribute('aria-label', t('search'));
  helpButton.setAttribute('aria-label', t('keys'));
  views.setAttribute('aria-label', t('views'));
  drawViews();
  drawLive(liveState);
  if (view) view.draw();
  else if (body.isConnected) fill(body, empty(t('notForYou'), t('notForYouDetail')));
}

function drawViews() {
  if (!has('radiologist')) {
    fill(views);
    return;
  }
  const button = (name, isShown, address) =>
    el('button', { 'aria-pressed': String(isShown), onclick: () => change(address) }, t(name));
  fill(views, button('mineTab', isReading(), '/'), button('studiesTab', !isReading(), '/?view=studies'));
}

function change(address) {
  history.replaceState(null, '', address);
  document.title = `${t(isReading() ? 'worklist' : 'studies')} · Osteon`;
  show();
  views.querySelector('[aria-pressed="true"]').focus();
}

function drawLive(state) {
  liveState = state;
  live.dataset.state = state;
  fill(live, t(`live_${state}`));
}

function narrow() {
  const typed = search.value.trim().toUpperCase();
  fill(searchSaid);
  view.list.show(typed ? (item) => item.pseudonym.includes(typed) : null);
}

function leaveSearch() {
  search.value = '';
  narrow();
  search.blur();
}

async function openPatient(event) {
  event.preventDefault();
  const typed = search.value.trim().toUpperCase();
  if (!typed) return;
  const shown = [...new Set(view.list.shown.map((item) => item.pseudonym))];
  const wanted = shown.length === 1 ? shown[0] : typed;
  try {
    await get(`/patients/${encodeURIComponent(wanted)}`);
    location.assign(patientPage(wanted));
  } catch (error) {
    const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 422);
    fill(searchSaid, isUnknown ? t('unknownPatient', { pseudonym: typed }) : sentence(error));
  }
}
