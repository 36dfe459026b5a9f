// Every version of an entry, the newest first, each with what it changed.

import { said, variablesOf } from '/workbench/js/record/dictionary.js';
import { differing, inWords } from '/workbench/js/record/wording.js';
import { el } from '/workbench/js/dom.js';
import { moment, words } from '/workbench/js/i18n.js';
import recordWords from '/workbench/words/record.js';

const t = words(recordWords);

/** `items`: as the API lists them, the first one first. */
export function versionsView(form, items) {
  const variables = new Map(variablesOf(form).map((each) => [each.name, each]));
  const shown = items.map((version, at) => versionView(version, items[at - 1] ?? null, form, variables));
  return el('ol', { class: 'versions', 'aria-label': t('versions') }, shown.reverse());
}

function versionView(version, before, form, variables) {
  const names = differing(form, before?.values ?? {}, version.values);
  const wasState = before && before.state !== version.state ? `${t(`state_${before.state}`)} → ` : '';
  return el(
    'li',
    { dataset: { version: version.version } },
    el('p', { class: 'which' }, el('b', {}, t('version', { number: version.version })), ' ', el('span', { class: 'chip' }, wasState, t(`state_${version.state}`)), ' ',
      el('span', { class: 'muted' }, `${version.entered_by}${version.entered_at ? ` · ${moment(version.entered_at)}` : ''}${version.import_id ? ` · ${t('imported')}` : ''}`)),
    names.length ? el('dl', { class: 'facts' }, names.map((name) => change(name, before, version, variables))) : el('p', { class: 'fine' }, t('sameValues')),
  );
}

function change(name, before, version, variables) {
  const variable = variables.get(name);
  const was = before ? inWords(variable, before.values[name]) ?? t('notKnown') : null;
  const is = inWords(variable, version.values[name]) ?? t('notKnown');
  return el('div', { dataset: { variable: name } }, el('dt', {}, variable ? said(variable) : name), el('dd', {}, was === null ? is : [el('del', {}, was), ' → ', el('ins', {}, is)]));
}
