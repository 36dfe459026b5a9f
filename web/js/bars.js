// Small bars beside their words and numbers: how a whole is made up.

import { el, svg } from '/workbench/js/dom.js';
import { number } from '/workbench/js/i18n.js';

const WIDTH = 100;
const HEIGHT = 10;

/** `items`: [{label, count, tone?, title?}]; the longest bar is that of the largest count. */
export function bars(name, items, { total = null } = {}) {
  const largest = Math.max(1, ...items.map((each) => each.count));
  return el(
    'ul',
    { class: 'bars', 'aria-label': name },
    items.map((each) =>
      el(
        'li',
        { class: each.tone || null, title: each.title || null },
        el('span', { class: 'what' }, each.label),
        svg(
          'svg',
          { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
          svg('rect', { class: 'ground', width: WIDTH, height: HEIGHT, rx: 1 }),
          svg('rect', { class: 'bar', width: Math.max(each.count ? 1 : 0, (each.count * WIDTH) / largest), height: HEIGHT, rx: 1 }),
        ),
        el('span', { class: 'number' }, number(each.count)),
        total ? el('span', { class: 'number muted share' }, `${number(Math.round((each.count * 100) / total))} %`) : null,
      ),
    ),
  );
}
