// All items that have cases, each with its kappa or ICC drawn; which one is looked at closely is in the page's address.

import { el } from '/workbench/js/dom.js';
import { number } from '/workbench/js/i18n.js';
import { withInterval } from '/workbench/js/agreement/detail.js';
import { kappaPlot } from '/workbench/js/agreement/kappa-plot.js';
import { groupOf, itemName } from '/workbench/js/agreement/names.js';

const GROUPS = ['scores', 'grades', 'findings', 'measurements'];

/** `choose(name)` is called with an item; `weights`: which kappa is shown of ordered items. */
export function overview(agreement, known, { chosen, weights, t, choose }) {
  const answered = agreement.items.filter((item) => item.cases || item.left_out);
  const groups = GROUPS.map((group) => [group, answered.filter((item) => groupOf(item, known.instruments) === group)]).filter(([, items]) => items.length);
  return el(
    'table',
    { class: 'overview', 'aria-label': t('items') },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t('item')), el('th', { scope: 'col', class: 'right' }, t('casesShort')), el('th', { scope: 'col' }, t('agreementShort')), el('th', { scope: 'col' }, scaleHead(t)))),
    groups.map(([group, items]) => el('tbody', {},
      el('tr', { class: 'group' }, el('th', { scope: 'rowgroup', colspan: 4 }, t(`group_${group}`))),
      items.map((item) => row(item, { isChosen: item.item === chosen, weights, t, choose })))),
  );
}

function scaleHead(t) {
  return el('span', { class: 'scale-head', 'aria-hidden': 'true' }, [-1, 0, 1].map((each) => el('span', {}, number(each))), el('span', { class: 'visually-hidden' }, t('drawnKappa')));
}

/** The kappa that is shown of an item: with these weights, where it has such. */
export function kappaOf(item, weights) {
  return item.kappas.find((each) => each.weights === weights) ?? item.kappas[0] ?? null;
}

function row(item, { isChosen, weights, t, choose }) {
  const kappa = kappaOf(item, weights);
  const icc = item.icc[0];
  const shown = kappa ?? icc;
  const published = (item.literature?.series ?? []).filter((each) => each.weighted === (kappa?.weights !== 'none'));
  const words = [withInterval(shown), kappa?.strength && t(`strength_${kappa.strength}`)].filter(Boolean).join(', ');
  const figures = shown.value === null ? shown.reason?.[`${document.documentElement.lang}`] ?? '—' : withInterval(shown);
  return el(
    'tr',
    { class: isChosen ? 'chosen' : null, dataset: { item: item.item }, onclick: (event) => event.target.closest('button') || choose(item.item) },
    el('th', { scope: 'row' }, el('button', { type: 'button', class: 'quiet main', 'aria-current': isChosen ? 'true' : null, onclick: () => choose(item.item) }, itemName(item))),
    el('td', { class: 'number right' }, number(item.cases)),
    el('td', { class: shown.value === null ? 'fine' : 'number' }, kappa ? null : el('span', { class: 'muted' }, 'ICC '), figures,
      shown.value !== null && shown.low === null ? el('span', { class: 'fine' }, ` (${t('noInterval')})`) : null,
      kappa?.strength ? el('span', { class: 'strength fine' }, t(`strength_${kappa.strength}`)) : null),
    el('td', { class: 'drawn' }, kappa && kappa.value !== null ? kappaPlot(kappa, published, plotLabel(item, words, published, t)) : null),
  );
}

function plotLabel(item, words, published, t) {
  const others = published.map((each) => (each.low === each.high ? number(each.low) : `${number(each.low)}–${number(each.high)}`)).join('; ');
  return t(others ? 'plotLabelPublished' : 'plotLabel', { item: itemName(item), value: words, published: others });
}
