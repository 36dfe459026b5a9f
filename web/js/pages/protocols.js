// The protocols that one may see, and how far each has come.

import { agreementPage } from '/workbench/js/addresses.js';
import { get, withQuery } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, number, words } from '/workbench/js/i18n.js';
import { keys } from '/workbench/js/keys.js';
import { has } from '/workbench/js/session.js';
import { shell } from '/workbench/js/shell.js';
import { PagedList } from '/workbench/js/start/paged-list.js';
import { empty } from '/workbench/js/states.js';
import protocolsWords from '/workbench/words/protocols.js';

const t = words(protocolsWords);
const SEES = ['radiologist', 'researcher', 'administrator'];
const STATES = ['signed', 'adjudicated', 'draft', 'unread', 'to_adjudicate'];
const main = document.getElementById('main');
const progress = new Map();
const list = new PagedList({
  load: ({ limit, cursor, signal }) => get(withQuery('/protocols', { limit, cursor }), { signal }).then(({ body }) => body),
  head: () => ['name', 'kind', 'modalities', ...(has('radiologist') ? ['progress'] : []), 'made', 'open'].map((each) => t(`head_${each}`)),
  row,
  key: (item) => item.protocol_id,
  nothing: () => empty(t('none'), t('noneDetail')),
  more: () => t('more'),
  label: () => t('title'),
  drawn: () => lookAtProgress(),
});

const help = keys([
  { key: 'j', says: () => t('key_j'), does: () => list.move(1) },
  { key: 'k', says: () => t('key_k'), does: () => list.move(-1) },
  { key: 'Enter', says: () => t('key_enter'), does: (event) => event.target.closest?.('a, button')?.click() },
]);
const me = await shell({ title: () => t('title'), draw });
if (me && SEES.some(has)) list.reload();

function draw() {
  if (!SEES.some(has)) {
    fill(main, empty(t('notForYou'), t('notForYouDetail')));
    return;
  }
  fill(main, el('div', { class: 'start-head' }, el('h1', {}, t('title')), el('span', { class: 'spring' }),
    el('button', { class: 'quiet icon', onclick: () => help(), 'aria-label': t('keys') }, el('kbd', {}, '?'))), list.element);
  list.draw();
}

function row(item) {
  const isDouble = item.kind === 'double_blind';
  const name = isDouble || has('radiologist') ? el('a', { class: 'main name', href: isDouble ? agreementPage(item.protocol_id) : tasksOf(item) }, item.name) : el('strong', { class: 'name' }, item.name);
  return el(
    'tr',
    {},
    el('td', {}, name),
    el('td', {}, el('span', { class: isDouble ? 'chip accent' : 'chip' }, t(`kind_${item.kind}`))),
    el('td', {}, item.modalities.length ? item.modalities.map((each) => el('span', { class: 'chip' }, each)) : el('span', { class: 'muted' }, t('anyModality'))),
    has('radiologist') ? el('td', { class: 'progress', dataset: { protocol: item.protocol_id } }, bar(progress.get(item.protocol_id))) : null,
    el('td', { class: 'number' }, day(item.created_at), el('div', { class: 'fine' }, item.created_by)),
    el('td', { class: 'go' },
      has('radiologist') ? el('a', { class: 'button quiet', href: tasksOf(item), 'aria-label': `${t('tasks')}: ${item.name}` }, t('tasks')) : null,
      isDouble ? el('a', { class: 'button', href: agreementPage(item.protocol_id), 'aria-label': `${t('agreement')}: ${item.name}` }, t('agreement')) : null),
  );
}

/** Everybody's tasks under it, as far as one may see them. */
const tasksOf = (item) => withQuery('/', { protocol_id: item.protocol_id }) + '&reader=';

/** Asked for once for each protocol that is shown: the tasks that one may see, by how far they are. */
async function lookAtProgress() {
  if (!has('radiologist')) return;
  const wanted = list.items.map((each) => each.protocol_id).filter((id) => !progress.has(id));
  for (const id of wanted) progress.set(id, null);
  for (const id of wanted) {
    const found = await get(withQuery('/worklist/counts', { protocol_id: id })).catch(() => null);
    progress.set(id, found?.body ?? false);
    const cell = main.querySelector(`td[data-protocol="${id}"]`);
    if (cell) fill(cell, bar(progress.get(id)));
  }
}

function bar(counts) {
  if (counts === undefined || counts === null) return el('span', { class: 'muted' }, '…');
  if (counts === false) return el('span', { class: 'muted' }, '—');
  const total = STATES.reduce((sum, state) => sum + counts[state], 0);
  if (!total) return el('span', { class: 'muted' }, t('nothingGiven'));
  const shown = STATES.filter((state) => counts[state]);
  const text = shown.map((state) => `${number(counts[state])} ${t(`state_${state}`)}`).join(' · ');
  const parts = shown.map((state) => {
    const part = el('span', { class: `part ${state}` });
    part.style.setProperty('inline-size', `${(counts[state] / total) * 100}%`);
    return part;
  });
  return [el('div', { class: 'bar-of-states', 'aria-hidden': 'true' }, parts), el('div', { class: 'fine' }, text)];
}
