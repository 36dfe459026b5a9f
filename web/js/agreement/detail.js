// One item: its kappas, the confusion table, ICC, the Bland–Altman plot, and what others have found.

import { el } from '/workbench/js/dom.js';
import { language, number } from '/workbench/js/i18n.js';
import { blandAltman } from '/workbench/js/agreement/bland-altman.js';
import { confusionTable } from '/workbench/js/agreement/confusion.js';
import { itemName, unitOf } from '/workbench/js/agreement/names.js';

const two = (value) => number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const withInterval = ({ value, low, high }) => (value === null ? '—' : low === null ? two(value) : `${two(value)} (${two(low)} – ${two(high)})`);

export function detail(item, agreement, known, t) {
  return el(
    'article',
    { class: 'detail card', 'aria-labelledby': 'detail-title' },
    el('h2', { id: 'detail-title', tabindex: '-1' }, itemName(item)),
    el('p', { class: 'muted' }, t('cases', { count: item.cases }), item.left_out ? ` · ${t('leftOut', { count: item.left_out })}` : ''),
    item.kappas.length ? kappas(item, t) : null,
    item.literature ? literature(item.literature, t) : null,
    item.confusion ? confusionTable(item, agreement.readers, known, t) : null,
    item.icc.length ? correlations(item, t) : null,
    plotted(item, agreement, t),
  );
}

function plotted(item, agreement, t) {
  const plot = item.bland_altman;
  if (!plot) return null;
  const title = el('h3', {}, t('blandAltman'));
  if (plot.bias === null) return [title, reason(plot.reason)];
  return [title, blandAltman(plot, unitOf(item, t), agreement.readers, t), plot.bias_error === null ? null : el('p', { class: 'fine' }, t('bandsHow'))];
}

const reason = (why) => (why ? el('p', { class: 'fine reason' }, why[language()]) : null);

function kappas(item, t) {
  return el('table', { class: 'figures' },
    el('thead', {}, el('tr', {}, ['statistic', 'valueInterval', 'observed', 'expected', 'strength'].map((each) => el('th', { scope: 'col' }, t(each))))),
    el('tbody', {}, item.kappas.map((each) => el('tr', {},
      el('th', { scope: 'row' }, t(`method_${each.method}`), each.weights === 'none' ? '' : `, ${t(`weights_${each.weights}`)}`),
      el('td', { class: 'number' }, withInterval(each), reason(each.reason)),
      el('td', { class: 'number' }, each.observed === null ? '—' : two(each.observed)),
      el('td', { class: 'number' }, each.expected === null ? '—' : two(each.expected)),
      el('td', {}, each.strength ? t(`strength_${each.strength}`) : '—')))));
}

function correlations(item, t) {
  return el('table', { class: 'figures' },
    el('thead', {}, el('tr', {}, ['icc', 'valueInterval'].map((each) => el('th', { scope: 'col' }, t(each))))),
    el('tbody', {}, item.icc.map((each) => el('tr', {}, el('th', { scope: 'row' }, each.form, el('span', { class: 'fine' }, ` ${t(`form_${each.form.slice(4, 5)}`)}`)), el('td', { class: 'number' }, withInterval(each), reason(each.reason))))));
}

function literature({ series }, t) {
  return el('section', { class: 'literature' }, el('h3', {}, t('published')), el('ul', {}, series.map((each) => el('li', {},
    el('strong', { class: 'number' }, each.low === each.high ? two(each.low) : `${two(each.low)} – ${two(each.high)}`), each.weighted ? ` (${t('weighted')})` : '', ' ', el('span', { class: 'fine', lang: 'en' }, each.reference)))));
}
