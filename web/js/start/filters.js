// The filters of a list: kept in the page's address, so that going back and sending a link show the same list.

import { el } from '/workbench/js/dom.js';

/** What is asked for now: `names` of the address's query, '' where nothing is. */
export function asked(names, defaults = {}) {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? defaults[name] ?? '']));
}

/** Put what is asked for into the address; what is as by default is left out. */
export function remember(values, defaults = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== (defaults[name] ?? '')) query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, '', text ? `${location.pathname}?${text}` : location.pathname);
}

/** A labelled choice: options are [value, text]. */
export function choice({ name, label, value, options, change }) {
  const select = el(
    'select',
    { id: `filter-${name}`, name, onchange: () => change(select.value) },
    options.map(([each, text]) => el('option', { value: each, selected: each === value }, text)),
  );
  select.value = value;
  return el('div', { class: 'filter' }, el('label', { for: select.id }, label), select);
}

export function dayField({ name, label, value, change }) {
  const input = el('input', { id: `filter-${name}`, name, type: 'date', value, onchange: () => change(input.value) });
  return el('div', { class: 'filter' }, el('label', { for: input.id }, label), input);
}
