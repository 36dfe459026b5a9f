// What is asked on top of the page before something happens: which of two versions, whether a text names somebody, whether
// an entry is to be withdrawn.

import { said, variablesOf } from '/workbench/js/record/dictionary.js';
import { differing, inWords, isGiven, same } from '/workbench/js/record/wording.js';
import { el } from '/workbench/js/dom.js';
import { language, moment, words } from '/workbench/js/i18n.js';
import recordWords from '/workbench/words/record.js';

const t = words(recordWords);

/** Items that differ: [{name, label, mine, theirs, isMine}]: mine is chosen where it was changed here. */
export function differences(keeper) {
  const { form, values, begunWith, other } = keeper;
  const before = keeper.state === 'exists' ? {} : begunWith;
  const variables = new Map(variablesOf(form).map((each) => [each.name, each]));
  return differing(form, values, other.values).map((name) => ({
    name,
    label: variables.has(name) ? said(variables.get(name)) : name,
    mine: inWords(variables.get(name), values[name]) ?? t('notKnown'),
    theirs: inWords(variables.get(name), other.values[name]) ?? t('notKnown'),
    isMine: !same(values[name], before[name]),
  }));
}

/** Theirs, with mine where mine is chosen. */
export function decided(keeper, chosen) {
  const values = { ...keeper.other.values };
  for (const name of chosen) {
    if (isGiven(keeper.values[name])) values[name] = keeper.values[name];
    else delete values[name];
  }
  return values;
}

export function compareDialog(keeper) {
  const items = differences(keeper);
  const chosen = new Set(items.filter((each) => each.isMine).map((each) => each.name));
  const { other } = keeper;
  open('compare', (close) => [
    el('h2', { id: 'dialog-title' }, t(keeper.state === 'exists' ? 'existsTitle' : 'conflictTitle')),
    el('p', {}, t('conflictHow')),
    el('p', { class: 'fine' }, t('theirsBy', { by: other.entered_by, when: moment(other.entered_at), state: t(`state_${other.state}`) })),
    items.length ? choosing(items, chosen) : el('p', { class: 'muted' }, t('conflictNone')),
    actions(
      el('button', { type: 'button', class: 'quiet', onclick: close }, t('later')),
      el('button', { type: 'button', class: 'primary', onclick: () => { close(); keeper.resolve(decided(keeper, chosen)); } }, t('saveChosen')),
    ),
  ]);
}

function choosing(items, chosen) {
  const cell = (item, isMine, text) => el('td', {}, el('label', {},
    el('input', { type: 'radio', name: `choose-${item.name}`, checked: chosen.has(item.name) === isMine, onchange: () => (isMine ? chosen.add(item.name) : chosen.delete(item.name)) }), el('span', {}, text)));
  return el('div', { class: 'scrolls' }, el('table', {},
    el('thead', {}, el('tr', {}, ['item', 'mine', 'theirs'].map((each) => el('th', { scope: 'col' }, t(each))))),
    el('tbody', {}, items.map((item) => el('tr', { dataset: { item: item.name } }, el('th', { scope: 'row' }, item.label), cell(item, true, item.mine), cell(item, false, item.theirs))))));
}

/** `correct(name)` goes back to the text, `confirm()` keeps the texts as they are. */
export function textDialog(keeper, known, { correct, confirm }) {
  const nameOf = (place) => place.pointer.split('/').at(-1);
  const names = [...new Set(keeper.places.map(nameOf))];
  open('identifying', (close) => [
    el('h2', { id: 'dialog-title' }, t('identifyingTitle')),
    el('p', {}, t('identifyingHow')),
    names.map((name) => [name, keeper.places.filter((each) => nameOf(each) === name)]).map(([name, places]) => [
      el('h3', {}, known.variables.has(name) ? said(known.variables.get(name)) : name),
      el('p', { class: 'text' }, marked(String(keeper.values[name] ?? ''), places)),
      el('ul', {}, [...new Set(places.map((each) => (language() === 'fr' ? each.label_fr : each.label)))].map((each) => el('li', {}, each))),
    ]),
    actions(
      el('button', { type: 'button', onclick: () => { close(); confirm(); } }, t('namesNobody')),
      el('button', { type: 'button', class: 'primary', onclick: () => { close(); correct(names[0]); } }, t('correct')),
    ),
  ]);
}

/** Places count characters as Python does, by code point. */
function marked(text, places) {
  const characters = [...text];
  const parts = [];
  let at = 0;
  for (const { start, end } of places.toSorted((one, other) => one.start - other.start)) {
    if (start < at) continue;
    parts.push(characters.slice(at, start).join(''), el('mark', {}, characters.slice(start, end).join('')));
    at = end;
  }
  return [...parts, characters.slice(at).join('')];
}

export function askDialog({ title, detail, yes, no = t('cancel'), act }) {
  open('asking', (close) => [
    el('h2', { id: 'dialog-title' }, title),
    el('p', {}, detail),
    actions(el('button', { type: 'button', onclick: close, autofocus: true }, no), el('button', { type: 'button', class: 'primary', onclick: () => { close(); act(); } }, yes)),
  ]);
}

const actions = (...buttons) => el('div', { class: 'actions' }, buttons);

function open(name, inside) {
  const dialog = el('dialog', { class: name, 'aria-labelledby': 'dialog-title', onclose: () => dialog.remove() });
  dialog.append(...inside(() => dialog.close()).flat(3).filter(Boolean));
  document.body.append(dialog);
  dialog.showModal();
}
