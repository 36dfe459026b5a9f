// What was received, and what became of it: an equation that anyone can check.

import { el } from '/workbench/js/dom.js';
import { number, words } from '/workbench/js/i18n.js';
import custodyWords from '/workbench/words/custody.js';

const t = words(custodyWords);
const TERMS = ['stored', 'duplicates', 'quarantined', 'refused'];

export function equation(counted) {
  const term = (name, isWhole) => el('div', { class: isWhole ? 'term whole' : 'term' }, el('b', { class: 'number', dataset: { term: name } }, number(counted[name])), el('span', { class: 'muted' }, t(`term_${name}`)));
  const sign = (text) => el('span', { class: 'sign', 'aria-hidden': 'true' }, text);
  return el('div', { class: 'equation', role: 'group', 'aria-label': t('equation', Object.fromEntries(['received', ...TERMS].map((name) => [name, counted[name]]))) },
    term('received', true), sign('='), TERMS.flatMap((name, at) => (at ? [sign('+'), term(name)] : [term(name)])));
}

/** Whether what was taken is where it should be: in the ledger, in quarantine, or decided on. */
export function verdict({ counted, now, on_the_way: onTheWay }) {
  if (now.lost) return el('span', { class: 'chip danger' }, t('lost', { count: now.lost }));
  if (!counted || onTheWay < 0) return el('span', { class: 'chip info', title: t('openHelp') }, t('open'));
  if (onTheWay > 0) return el('span', { class: 'chip warning', title: t('onTheWayHelp') }, t('onTheWay', { count: onTheWay }));
  return el('span', { class: 'chip ok' }, t('balances'));
}

export function whereNow(now) {
  const parts = ['in_store', 'in_quarantine', 'destroyed', 'came_again', 'lost'].filter((name) => now[name] || name === 'in_store');
  return parts.map((name) => t(`now_${name}`, { count: now[name] })).join(', ');
}
