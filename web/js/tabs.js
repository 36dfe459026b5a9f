// Views of one page, one of which is shown.

import { el } from '/workbench/js/dom.js';

/** `each`: {name, label, isShown, show, count?}. */
export function tabs(label, each) {
  return el(
    'div',
    { class: 'views', role: 'group', 'aria-label': label },
    each.map((tab) => el('button', { type: 'button', 'aria-pressed': String(tab.isShown), dataset: { view: tab.name }, onclick: tab.show }, tab.label, tab.count === undefined ? null : el('span', { class: 'count number' }, tab.count))),
  );
}
