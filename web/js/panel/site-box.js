// Where the new lesion is: typed with completion, in French or English.

import { el, fill } from '/workbench/js/dom.js';
import { language } from '/workbench/js/i18n.js';
import { search } from '/workbench/js/panel/site-search.js';

/** An input with its list. `choose(place)` is called with what is taken, `leave` when none is. */
export function siteBox(places, t, { choose, leave }) {
  const list = el('ul', { id: 'places', role: 'listbox', 'aria-label': t('places'), hidden: true });
  const input = el('input', {
    id: 'site', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false', 'aria-expanded': 'false',
    'aria-controls': 'places', 'aria-autocomplete': 'list', placeholder: t('sitePlaceholder'),
  });
  const none = el('p', { class: 'fine', role: 'status' });
  const state = { found: [], at: 0 };
  const draw = () => drawList({ list, input, none, state, t, take });
  function take(index) {
    const place = state.found[index];
    if (place) choose(place);
  }
  input.addEventListener('input', () => {
    Object.assign(state, { found: search(places, input.value), at: 0 });
    draw();
  });
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && state.found.length) state.at = (state.at + step + state.found.length) % state.found.length;
    else if (event.key === 'Enter') take(state.at);
    else if (event.key === 'Escape') leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  });
  const element = el('div', { class: 'site-box' }, el('label', { for: 'site' }, t('newSite')), input, none, list);
  return { element, input };
}

function drawList({ list, input, none, state, t, take }) {
  const isOpen = state.found.length > 0;
  fill(list, state.found.map((place, index) => el(
    'li',
    { id: `place-${index}`, role: 'option', 'aria-selected': String(index === state.at), onmousedown: (event) => event.preventDefault(), onclick: () => take(index) },
    place[language()],
  )));
  list.hidden = !isOpen;
  input.setAttribute('aria-expanded', String(isOpen));
  if (isOpen) input.setAttribute('aria-activedescendant', `place-${state.at}`);
  else input.removeAttribute('aria-activedescendant');
  none.textContent = !isOpen && input.value.trim() ? t('noPlace') : '';
}
