// What the server computes of an entry, each with its formula: never typed, and never computed here.

import { said } from '/workbench/js/record/dictionary.js';
import { decimals, unitText } from '/workbench/js/record/wording.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import formWords from '/workbench/words/record-form.js';

const t = words(formWords);
const WITHOUT_UNIT = '1';

/** `described`: of the dictionary, all forms'; `results`: by name, as the server answers them. Null without any. */
export function computedView(described, results, variables) {
  const shown = described.filter((each) => results?.[each.name]);
  if (!shown.length) return null;
  return el(
    'section',
    { class: 'computed', 'aria-label': t('computed') },
    el('h3', {}, t('computed')),
    el('dl', {}, shown.map((each) => line(each, results[each.name], variables))),
  );
}

function line(each, result, variables) {
  const unit = result.unit === WITHOUT_UNIT ? '' : ` ${unitText(result.unit)}`;
  const value = result.value === null ? el('span', { class: 'muted' }, t('computedMissing', { what: result.missing.map((name) => nameOf(name, variables)).join(', ') })) : el('b', { class: 'number' }, `${decimals(result.value)}${unit}`);
  return el(
    'div',
    { dataset: { computed: each.name } },
    el('dt', {}, said(each)),
    el('dd', {}, value, el('details', { class: 'formula' }, el('summary', {}, t('formula')), el('p', { class: 'fine', lang: 'en' }, result.formula))),
  );
}

function nameOf(name, variables) {
  const variable = variables.get(name);
  return variable ? said(variable) : t(name);
}
