// The note, or the reason of a revision, looks as if it named somebody: look at it before it is kept.

import { el } from '/workbench/js/dom.js';
import { language } from '/workbench/js/i18n.js';

/** `correct` goes back to the text, `confirm` keeps it as it is. */
export function textDialog(text, places, t, { correct, confirm }) {
  const dialog = el('dialog', { class: 'identifying', 'aria-labelledby': 'identifying-title' });
  const then = (act) => () => {
    dialog.close();
    act();
  };
  dialog.append(
    el('h2', { id: 'identifying-title' }, t('identifyingTitle')),
    el('p', {}, t('identifyingHow')),
    el('p', { class: 'text' }, marked(text, places)),
    el('ul', {}, [...new Set(places.map((each) => (language() === 'fr' ? each.label_fr : each.label)))].map((each) => el('li', {}, each))),
    el('div', { class: 'actions' },
      el('button', { type: 'button', onclick: then(confirm) }, t('namesNobody')),
      el('button', { type: 'button', class: 'primary', onclick: then(correct) }, t('correct'))),
  );
  dialog.addEventListener('close', () => dialog.remove());
  return dialog;
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
