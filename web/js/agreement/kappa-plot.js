// One kappa with its interval on a line from -1 to 1, and what others have published beside it.

import { svg } from '/workbench/js/dom.js';

const WIDE = 240;
const HIGH = 26;
const EDGE = 8;
const MARKS = [0, 0.2, 0.4, 0.6, 0.8];

const at = (value) => EDGE + ((value + 1) / 2) * (WIDE - 2 * EDGE);

/** `published`: series to mark, each {low, high}. `label` says all of it in words. */
export function kappaPlot(kappa, published, label) {
  return svg(
    'svg',
    { class: 'kappa-plot', viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img', 'aria-label': label },
    svg('title', {}, label),
    svg('line', { class: 'axis', x1: at(-1), x2: at(1), y1: HIGH / 2, y2: HIGH / 2 }),
    MARKS.map((mark) => svg('line', { class: mark ? 'tick' : 'tick zero', x1: at(mark), x2: at(mark), y1: mark ? 10 : 5, y2: mark ? 16 : 21 })),
    published.map((each) => series(each)),
    kappa.low === null ? null : svg('line', { class: 'interval', x1: at(kappa.low), x2: at(kappa.high), y1: HIGH / 2, y2: HIGH / 2 }),
    kappa.value === null ? null : svg('circle', { class: 'value', cx: at(kappa.value), cy: HIGH / 2, r: 4.5 }),
  );
}

/** A diamond for a single figure, drawn out where a paper gives several. */
function series({ low, high }) {
  const middle = HIGH / 2;
  return svg('path', { class: 'published', d: `M ${at(low) - 4} ${middle} L ${at(low)} ${middle - 7} L ${at(high)} ${middle - 7} L ${at(high) + 4} ${middle} L ${at(high)} ${middle + 7} L ${at(low)} ${middle + 7} Z` });
}
