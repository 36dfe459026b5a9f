// One item on screen: what the first reader says, what the second says, and something else; one key for each.

import { el, fill } from '/workbench/js/dom.js';

/**
 * `row`: {name, label, chips}. `on`: {choose(name, from), focus(name)}; `box`: what opens under it for something else, or null.
 * `update({first, second, other, chosen, differs, isOpen, readOnly})` shows texts; null: that side has nothing to offer.
 */
export function choiceRow(row, { readers, otherWord, on, box = null }) {
  const id = `row-${row.name}`;
  const texts = { first: el('span', {}), second: el('span', {}), other: el('span', {}) };
  const buttons = Object.fromEntries(
    ['first', 'second', 'other'].map((from) => [
      from,
      el('button', { type: 'button', class: `pick ${from}`, onclick: () => on.choose(row.name, from) },
        el('kbd', { 'aria-hidden': 'true' }, { first: '←', second: '→', other: 'o' }[from]), texts[from]),
    ]),
  );
  const element = el(
    'div',
    { class: 'row', role: 'group', 'aria-labelledby': id, dataset: { row: row.name }, onfocusin: () => on.focus(row.name) },
    el('div', { class: 'about' }, el('span', { class: 'legend', id }, row.label), row.chips ?? null, el('span', { class: 'mark' })),
    buttons.first, buttons.second, buttons.other, box);
  const update = (state) => {
    element.classList.toggle('differs', state.differs);
    element.classList.toggle('open', state.isOpen);
    fill(element.querySelector('.mark'), state.mark ?? '');
    for (const from of ['first', 'second', 'other']) show(from, state);
    if (box) box.hidden = state.chosen !== 'other' || state.readOnly;
  };
  const show = (from, state) => {
    const text = state[from];
    const button = buttons[from];
    const isChosen = state.chosen === from || (text !== null && !state.differs && from !== 'other' && ['first', 'second'].includes(state.chosen));
    fill(texts[from], text ?? '—');
    button.disabled = text === null || state.readOnly;
    button.classList.toggle('nothing', text === null);
    button.setAttribute('aria-pressed', String(isChosen));
    const who = from === 'other' ? otherWord : readers[from];
    button.setAttribute('aria-label', from === 'other' && text === otherWord ? otherWord : `${who}: ${text ?? '—'}`);
  };
  const focus = () => {
    const wanted = ['first', 'second', 'other'].map((from) => buttons[from]);
    (wanted.find((each) => each.getAttribute('aria-pressed') === 'true' && !each.disabled) ?? wanted.find((each) => !each.disabled))?.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'nearest' });
  };
  return { name: row.name, element, update, focus, box };
}
