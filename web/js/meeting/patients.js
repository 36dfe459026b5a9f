// Who is on a meeting, in their order: chosen, moved, added and taken off.

import { boxes } from '/workbench/js/meeting/boxes.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);

/** `acts`: {choose(pseudonym), move(pseudonym, step), add(pseudonym), remove(pseudonym)}; null for who only looks. */
export function patientList(meeting, chosen, mayChange, acts) {
  const { it } = meeting;
  const changes = mayChange && !meeting.isClosed;
  return el(
    'aside',
    { class: 'patients', 'aria-label': t('order') },
    it.dossiers.length
      ? el('ol', {}, it.dossiers.map((each, place) => patient(each, place, { chosen, changes, count: it.dossiers.length, acts })))
      : el('p', { class: 'fine' }, t('noPatients')),
    changes && it.dossiers.length > 1 ? el('p', { class: 'fine' }, t('orderHow')) : null,
    changes ? adding(it.expected, acts) : null,
    it.removed.length ? gone(it.removed) : null,
  );
}

function patient(each, place, { chosen, changes, count, acts }) {
  const { pseudonym } = each;
  const moveBy = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!changes || !event.altKey || !step) return;
    event.preventDefault();
    acts.move(pseudonym, step);
  };
  const arrow = (key, text, step, isOff) =>
    el('button', { class: 'quiet icon', 'aria-label': t(key, { pseudonym }), title: t(key, { pseudonym }), disabled: isOff, onclick: () => acts.move(pseudonym, step) }, text);
  return el(
    'li',
    { class: chosen === pseudonym ? 'chosen' : null, dataset: { patient: pseudonym } },
    el(
      'button',
      { class: 'patient', 'aria-current': chosen === pseudonym ? 'true' : null, onclick: () => acts.choose(pseudonym), onkeydown: moveBy },
      el('span', { class: 'place number' }, place + 1),
      el('span', { class: 'code' }, pseudonym),
      el('span', { class: 'how-far' }, boxes(each.said), each.decided ? el('span', { class: 'chip ok' }, t('decided')) : each.presentation === 'draft' ? el('span', { class: 'chip' }, t('draft')) : null),
    ),
    changes
      ? el('span', { class: 'moves' }, arrow('up', '↑', -1, place === 0), arrow('down', '↓', 1, place === count - 1), el('button', { class: 'quiet icon', 'aria-label': t('remove', { pseudonym }), title: t('remove', { pseudonym }), onclick: () => acts.remove(pseudonym) }, '×'))
      : null,
  );
}

function adding(expected, acts) {
  const input = el('input', { id: 'add-pseudonym', placeholder: 'OST-…', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'characters' });
  const add = (event) => {
    event.preventDefault();
    if (input.value.trim()) acts.add(input.value.trim().toUpperCase());
  };
  return el(
    'div',
    { class: 'adding' },
    el('form', { onsubmit: add }, el('label', { for: 'add-pseudonym' }, t('add')), el('div', { class: 'row' }, input, el('button', {}, t('addIt')))),
    expected.length
      ? el('div', { class: 'expected' }, el('h3', {}, t('expected')), expected.map((each) => el('button', { class: 'code', onclick: () => acts.add(each) }, `+ ${each}`)))
      : null,
  );
}

function gone(removed) {
  return el('details', {}, el('summary', {}, `${t('removed')} (${removed.length})`), el('ul', {}, removed.map((each) => el('li', {}, el('span', { class: 'code' }, each.pseudonym), el('span', { class: 'fine' }, ` ${each.reason} · ${each.removed_by}`)))));
}
