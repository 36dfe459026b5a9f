// One variable on screen: its words, its control, what the server makes of it, and where it comes from.

import { control, idOf } from '/workbench/js/record/controls.js';
import { said } from '/workbench/js/record/dictionary.js';
import { faultWords } from '/workbench/js/record/faults.js';
import { decimals, same, unitText } from '/workbench/js/record/wording.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import formWords from '/workbench/words/record-form.js';

const t = words(formWords);

/** `changed` is called when the field itself changes a value. Returns {element, variable, read, write, show, focus}. */
export function field(variable, { changed }) {
  const id = idOf(variable);
  const hint = hintOf(variable);
  const beside = el('span', { class: 'beside', id: `${id}-beside` });
  const notes = el('div', { class: 'notes', id: `${id}-notes`, 'aria-live': 'polite' });
  const hintElement = hint ? el('span', { class: 'hint', id: `${id}-hint` }, hint) : null;
  const made = control(variable, [hint ? `${id}-hint` : null, `${id}-beside`, `${id}-notes`].filter(Boolean).join(' '));
  const marks = [
    variable.required ? el('span', { class: 'needed' }, t('required')) : null,
    variable.context_item ? el('span', { class: 'scores', title: t('forScoresHelp') }, t('forScores')) : null,
  ];
  const element = el(
    'div',
    { class: `field of-${variable.type}`, dataset: { variable: variable.name }, ...(made.isGroup ? { role: 'group', 'aria-labelledby': `${id}-label`, 'aria-describedby': `${id}-notes` } : {}) },
    el('div', { class: 'asks' }, el(made.isGroup ? 'span' : 'label', { class: 'legend', id: `${id}-label`, for: made.isGroup ? null : id }, said(variable)), marks),
    el('div', { class: 'answer' }, made.parts, beside, hintElement),
    notes,
  );
  const view = { variable, element, made, beside, notes, changed };
  return { variable, element, read: made.read, write: made.write, focus: made.focus, show: (state) => show(view, state) };
}

/** `state`: {converted, flags, faults (details), proposed: {value, when} | null, variables} of this variable. */
function show({ variable, element, made, beside, notes, changed }, { converted, flags, faults, proposed, variables }) {
  const value = made.read();
  const isOther = converted && typeof value === 'object' && converted.unit !== value.unit;
  fill(beside, isOther ? el('span', { class: 'converted number' }, t('converted', { value: decimals(converted.value), unit: unitText(converted.unit) })) : null);
  const isTaken = proposed && same(value, proposed.value);
  const isWrong = faults.length > 0;
  element.classList.toggle('wrong', isWrong);
  element.classList.toggle('odd', !isWrong && flags.length > 0);
  if (!made.isGroup) made.parts[0].setAttribute('aria-invalid', String(isWrong));
  fill(
    notes,
    faults.map((detail) => el('p', { class: 'fault' }, faultWords(detail, variables))),
    isWrong ? null : flags.map((flag) => flagNote(flag, variable, made, changed)),
    isTaken ? el('p', { class: 'taken' }, t('takenOver', { when: proposed.when })) : null,
  );
}

function flagNote(flag, variable, made, changed) {
  if (!flag.looks_like || !made.writeUnit) return el('p', { class: 'flag' }, t('implausible'));
  const unit = unitText(flag.looks_like);
  const take = () => {
    made.writeUnit(flag.looks_like);
    made.focus();
    changed();
  };
  return el('p', { class: 'flag' }, t('looksLike', { unit, own: unitText(made.read()?.unit ?? variable.unit) }), ' ', el('button', { type: 'button', onclick: take }, t('takeUnit', { unit })));
}

function hintOf(variable) {
  const bounds = ({ least, most }) => ({ least: decimals(least), most: decimals(most) });
  if (variable.plausible) return t('usual', { ...bounds(variable.plausible), unit: variable.unit ? unitText(variable.unit) : '' }).trim();
  if (variable.type === 'date' && variable.partial) return t('partialHint');
  if (variable.type === 'month') return t('monthHint');
  if (variable.type === 'codes') return t('codesHint');
  const isShort = variable.allowed && Number(variable.allowed.most) <= 1200;
  return isShort ? t('permitted', bounds(variable.allowed)) : null;
}
