// Whether what was entered is in the record: said all the time, and with what to do where there is something to do.

import { said } from '/workbench/js/record/dictionary.js';
import { faultWords } from '/workbench/js/record/faults.js';
import { el } from '/workbench/js/dom.js';
import { moment, words } from '/workbench/js/i18n.js';
import recordWords from '/workbench/words/record.js';

const t = words(recordWords);
const TONES = { edited: 'warning', saving: '', saved: 'ok', waiting: 'warning', conflict: 'danger', exists: 'danger', identifying: 'warning', refused: 'danger' };

/** The name of a field in a problem's pointer. */
export const variableOf = (pointer) => /^#\/values\/(\w+)/.exec(pointer ?? '')?.[1] ?? null;

export function stateChip(keeper) {
  return el('p', { class: `saved chip ${TONES[keeper.state] ?? ''}`, role: 'status', dataset: { state: keeper.state }, hidden: keeper.state === 'still' }, t(keeper.state === 'still' ? 'saved_saved' : `saved_${keeper.state}`));
}

/** `on`: {compare, look}; `known`: the dictionary. Null where all is well. */
export function trouble(keeper, known, on) {
  const { state, isKept, other } = keeper;
  const lost = isKept ? null : el('strong', {}, t('notKept'));
  if (state === 'waiting') return notice('warning', t('waitingDetail'), lost);
  if (state === 'edited' && !isKept) return notice('warning', lost);
  if (state === 'conflict') return notice('danger', t(other.state === 'withdrawn' ? 'withdrawnDetail' : 'conflictDetail', { by: other.entered_by, when: moment(other.entered_at) }), button(t('compare'), on.compare));
  if (state === 'exists') return notice('danger', t('existsDetail', { by: other.entered_by, when: moment(other.entered_at) }), button(t('compare'), on.compare));
  if (state === 'identifying') return notice('warning', t('identifyingDetail'), button(t('look'), on.look));
  if (state === 'refused') return notice('danger', t('refusedDetail'), reasons(keeper.problem, known));
  return null;
}

function reasons({ errors = [], detail }, known) {
  if (!errors.length) return detail ? el('p', { lang: 'en' }, detail) : null;
  return el('ul', {}, errors.map((each) => el('li', {}, nameOf(each.pointer, known), faultWords(each.detail, known.variables))));
}

function nameOf(pointer, known) {
  const variable = known.variables.get(variableOf(pointer));
  return variable ? `${said(variable)}: ` : null;
}

const button = (text, act) => el('button', { type: 'button', onclick: act }, text);
const notice = (tone, ...inside) => el('div', { class: `notice ${tone}`, role: 'alert' }, inside.map((each) => (typeof each === 'string' ? el('p', {}, each) : each)));
