// One entry to be looked at: what is known, converted and flagged, what is computed, and what is not known.

import { computedView } from '/workbench/js/record/computed.js';
import { said } from '/workbench/js/record/dictionary.js';
import { decimals, inWords, isGiven, unitText } from '/workbench/js/record/wording.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import formWords from '/workbench/words/record-form.js';
import recordWords from '/workbench/words/record.js';

const t = words(recordWords);
const f = words(formWords);

/** `entry`: as the API answers it within a record. */
export function entryView(form, entry, known) {
  return el(
    'div',
    { class: 'entry-view' },
    form.groups.map((group) => groupView(group, entry, form.groups.length > 1)),
    computedView(known.computed, entry.computed, known.variables),
    unknown(form, entry),
  );
}

function groupView(group, entry, isNamed) {
  const given = group.variables.filter((each) => isGiven(entry.values[each.name]));
  if (!given.length) return null;
  return el('section', { 'aria-label': said(group) }, isNamed ? el('h3', {}, said(group)) : null, el('dl', { class: 'facts' }, given.map((each) => fact(each, entry))));
}

function fact(variable, entry) {
  const value = entry.values[variable.name];
  const converted = entry.converted[variable.name];
  const isOther = converted && typeof value === 'object' && converted.unit !== value.unit;
  const flags = entry.flags.filter((each) => each.variable === variable.name);
  return el(
    'div',
    { dataset: { variable: variable.name } },
    el('dt', {}, said(variable), variable.context_item ? [' ', el('span', { class: 'scores', title: f('forScoresHelp') }, f('forScores'))] : null),
    el('dd', { class: variable.type === 'text' ? 'text' : null }, inWords(variable, value),
      isOther ? el('span', { class: 'muted number' }, ` ${f('converted', { value: decimals(converted.value), unit: unitText(converted.unit) })}`) : null,
      flags.map((flag) => el('p', { class: 'flag' }, flagWords(flag, variable, value)))),
  );
}

function flagWords(flag, variable, value) {
  if (!flag.looks_like) return f('implausible');
  return f('looksLike', { unit: unitText(flag.looks_like), own: unitText(value.unit ?? variable.unit) });
}

function unknown(form, entry) {
  const open = form.groups.flatMap((group) => group.variables).filter((each) => !isGiven(entry.values[each.name]));
  if (!open.length) return null;
  return el('details', { class: 'unknown' }, el('summary', {}, t('openCount', { count: open.length })), el('p', { class: 'fine' }, open.map(said).join(' · ')));
}
