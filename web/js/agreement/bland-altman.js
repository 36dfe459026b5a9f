// Differences of two readers against their means, with bias and limits of agreement and the intervals of both. A point that
// has the focus, or the pointer, says its figures.

import { el, fill, svg } from '/workbench/js/dom.js';
import { number } from '/workbench/js/i18n.js';

const WIDE = 620;
const HIGH = 320;
const LEFT = 58;
const RIGHT = 92;
const TOP = 14;
const BOTTOM = 44;

/** `plot`: the API's `bland_altman`; `unit` in words. */
export function blandAltman(plot, unit, [first, second], t) {
  const said = el('p', { class: 'fine point-said', role: 'status' }, t('pointHelp'));
  const scale = scaleOf(plot);
  const label = t('blandAltmanLabel', { bias: figure(plot.bias), lower: figure(plot.lower_limit), upper: figure(plot.upper_limit), unit, count: plot.points.length });
  const points = together(plot.points).map((each) => point(each, scale, unit, t));
  const drawn = svg(
    'svg',
    { viewBox: `0 0 ${WIDE} ${HIGH}`, class: 'bland-altman', role: 'group', 'aria-label': label },
    axes(scale, unit, [first, second], t),
    level(plot.bias, plot.bias_error, 'bias', t('bias'), scale),
    level(plot.upper_limit, plot.limit_error, 'limit', t('upperLimit'), scale),
    level(plot.lower_limit, plot.limit_error, 'limit', t('lowerLimit'), scale),
    points.map((each) => each.element),
  );
  wire(drawn, points, said);
  return el('figure', { class: 'plot' }, drawn, said);
}

/** One point is in the order of the tab key; arrows go from one to the next. */
function wire(drawn, points, said) {
  const show = (at) => {
    points.forEach((each, index) => each.element.setAttribute('tabindex', index === at ? '0' : '-1'));
    fill(said, points[at].text);
  };
  points.forEach(({ element }, at) => {
    element.setAttribute('tabindex', at ? '-1' : '0');
    element.addEventListener('focus', () => show(at));
    element.addEventListener('pointerenter', () => fill(said, points[at].text));
    element.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next = by && points[at + by];
      if (!next) return;
      event.preventDefault();
      event.stopPropagation();
      next.element.focus();
    });
  });
}

/** Cases with the same figures are one larger point; from left to right. */
function together(points) {
  const places = new Map();
  for (const each of points) {
    const key = `${each.mean} ${each.difference}`;
    places.set(key, { ...each, count: (places.get(key)?.count ?? 0) + 1 });
  }
  return [...places.values()].sort((one, other) => one.mean - other.mean || one.difference - other.difference);
}

function point(each, { x, y }, unit, t) {
  const text = t('point', { mean: figure(each.mean), difference: figure(each.difference), unit, count: each.count });
  const element = svg('circle', { class: 'point', cx: x(each.mean), cy: y(each.difference), r: 4 + 1.5 * Math.sqrt(each.count), role: 'img', 'aria-label': text });
  return { element, text };
}

function scaleOf({ points, lower_limit: lower, upper_limit: upper, limit_error: error }) {
  const means = points.map((each) => each.mean);
  const differences = points.map((each) => each.difference);
  const xs = padded(Math.min(...means), Math.max(...means));
  const ys = padded(Math.min(...differences, lower - (error ?? 0), 0), Math.max(...differences, upper + (error ?? 0), 0));
  return {
    xs,
    ys,
    x: (value) => LEFT + ((value - xs[0]) / (xs[1] - xs[0])) * (WIDE - LEFT - RIGHT),
    y: (value) => HIGH - BOTTOM - ((value - ys[0]) / (ys[1] - ys[0])) * (HIGH - TOP - BOTTOM),
  };
}

function padded(least, most) {
  const room = (most - least || Math.max(1, Math.abs(most))) * 0.08;
  return [least - room, most + room];
}

function axes({ xs, ys, x, y }, unit, [first, second], t) {
  const right = WIDE - RIGHT;
  return [
    svg('rect', { class: 'field', x: LEFT, y: TOP, width: right - LEFT, height: HIGH - TOP - BOTTOM }),
    ticks(xs).map((value) => [svg('line', { class: 'grid', x1: x(value), x2: x(value), y1: TOP, y2: HIGH - BOTTOM }), svg('text', { class: 'tick', x: x(value), y: HIGH - BOTTOM + 16, 'text-anchor': 'middle' }, figure(value))]),
    ticks(ys).map((value) => [svg('line', { class: value === 0 ? 'grid zero' : 'grid', x1: LEFT, x2: right, y1: y(value), y2: y(value) }), svg('text', { class: 'tick', x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, figure(value))]),
    svg('text', { class: 'title', x: (LEFT + right) / 2, y: HIGH - 8, 'text-anchor': 'middle' }, t('meanOfBoth', { unit })),
    svg('text', { class: 'title', transform: `translate(14 ${(TOP + HIGH - BOTTOM) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, `${first} − ${second} (${unit})`),
  ];
}

function level(value, error, kind, label, { y }) {
  const right = WIDE - RIGHT;
  return [
    error === null ? null : svg('rect', { class: `band ${kind}`, x: LEFT, width: right - LEFT, y: y(value + error), height: Math.max(0, y(value - error) - y(value + error)) }),
    svg('line', { class: `level ${kind}`, x1: LEFT, x2: right, y1: y(value), y2: y(value) }),
    svg('text', { class: 'level-label', x: right + 6, y: y(value) - 1 }, label),
    svg('text', { class: 'level-value', x: right + 6, y: y(value) + 12 }, figure(value)),
  ];
}

/** Round numbers, some five of them, within these bounds. */
function ticks([from, to]) {
  const rough = (to - from) / 5;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * size).find((each) => each >= rough);
  const found = [];
  for (let at = Math.ceil(from / step); at * step <= to; at += 1) found.push(at * step || 0);
  return found;
}

const figure = (value) => number(value, { maximumFractionDigits: 1 });
