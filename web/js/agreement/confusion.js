// The confusion table, drawn: the more cases in a cell, the stronger its colour; the diagonal is where both say the same.

import { el } from '/workbench/js/dom.js';
import { number } from '/workbench/js/i18n.js';
import { categoryName } from '/workbench/js/agreement/names.js';

const STEPS = 5;

export function confusionTable(item, [first, second], known, t) {
  const { categories, table } = item.confusion;
  const used = categories.map((_, at) => table[at].some(Boolean) || table.some((row) => row[at]));
  const shown = categories.map((_, at) => at).filter((at) => used[at]);
  const most = Math.max(...table.flat(), 1);
  const names = categories.map((each) => categoryName(item, each, known, t));
  const hidden = categories.length - shown.length;
  return el(
    'div',
    { class: 'confusion', tabindex: '0', role: 'region', 'aria-label': t('confusion') },
    el('table', {},
      el('caption', {}, t('confusionHow', { first, second })),
      el('thead', {}, el('tr', {}, el('td', { class: 'corner' }, `${first} ↓ · ${second} →`), shown.map((at) => el('th', { scope: 'col' }, names[at])), el('th', { scope: 'col', class: 'sum' }, t('sum')))),
      el('tbody', {}, shown.map((row) => el('tr', {}, el('th', { scope: 'row' }, names[row]), shown.map((column) => cell(table[row][column], most, row === column)),
        el('td', { class: 'sum number' }, number(table[row].reduce((sum, each) => sum + each, 0)))))),
    ),
    hidden ? el('p', { class: 'fine' }, t('unusedCategories', { count: hidden })) : null,
  );
}

function cell(cases, most, isSame) {
  const heat = cases ? Math.max(1, Math.ceil((cases / most) * STEPS)) : 0;
  return el('td', { class: `cell number heat-${heat}${isSame ? ' same' : ''}` }, number(cases));
}
