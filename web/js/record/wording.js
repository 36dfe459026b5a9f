// Values of the clinical record in words, and whether two of them are the same.

import { said } from '/workbench/js/record/dictionary.js';
import { day, language, words } from '/workbench/js/i18n.js';
import formWords from '/workbench/words/record-form.js';

const t = words(formWords);
const DAY = 10;
const MONTH = 7;

/** A value as people write it; null where there is none. */
export function inWords(variable, value) {
  if (!isGiven(value)) return null;
  if (!variable) return typeof value === 'object' ? JSON.stringify(value) : String(value);
  switch (variable.type) {
    case 'choice':
      return choiceWords(variable, value);
    case 'choices':
      return [value].flat().map((code) => choiceWords(variable, code)).join(', ');
    case 'codes':
      return [value].flat().join(', ');
    case 'yes_no':
      return typeof value === 'boolean' ? t(value ? 'yes' : 'no') : String(value);
    case 'number':
      return typeof value === 'object' ? `${decimals(value.value)} ${unitText(value.unit)}` : decimals(value);
    case 'date':
    case 'month':
      return dateWords(value);
    default:
      return String(value);
  }
}

export const isGiven = (value) => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && !value.length);

/** Equal as values of one variable, however the objects were made. */
export function same(one, other) {
  if (!isGiven(one) || !isGiven(other)) return isGiven(one) === isGiven(other);
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

/** A number is kept as text: 7 and "7" are one. */
const plain = (value) => (Array.isArray(value) ? value : typeof value === 'object' ? [String(value.value), value.unit] : typeof value === 'number' ? String(value) : value);

/** Names of variables on which two sets of values differ, in the order of the form, what it no longer asks at the end. */
export function differing(form, one, other) {
  const asked = form.groups.flatMap((group) => group.variables.map((each) => each.name));
  const names = [...new Set([...asked, ...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => !same(one[name], other[name]));
}

/** 2031-06-12 as a day, 2031-06 as a month, 2031 as a year; anything else as it stands. */
export function dateWords(text) {
  if (!/^\d{4}(-\d{2}){0,2}$/.test(text)) return String(text);
  if (text.length === DAY) return day(text);
  if (text.length !== MONTH) return text;
  const format = { month: 'short', year: 'numeric', timeZone: 'UTC' };
  return new Intl.DateTimeFormat(language() === 'fr' ? 'fr-FR' : 'en-GB', format).format(new Date(`${text}-01T00:00:00Z`));
}

/** Decimals as the language writes them; nothing is rounded. */
export const decimals = (text) => (language() === 'fr' ? String(text).replace('.', ',') : String(text));

/** UCUM writes u for micro; a day has its word. */
export const unitText = (code) => code.replace(/^u(?=[A-Za-z])/, 'µ').replace('mm3', 'mm³').replace('/day', t('perDay'));

function choiceWords(variable, code) {
  const found = variable.choices.find((each) => each.code === code);
  return found ? said(found) : String(code);
}

/** What one entry is about, in a few words, beside its date. */
export function summary(form, values, dateName) {
  const variables = form.groups.flatMap((group) => group.variables);
  const shown = variables.filter((each) => each.name !== dateName && isGiven(values[each.name]) && each.type !== 'text');
  // A Karnofsky of 70 or a grade C says nothing without its name.
  const speaks = (each, words) => ['code', 'codes'].includes(each.type) || (['choice', 'choices'].includes(each.type) && !/^(\d+|.)$/.test(words));
  const named = (each) => {
    const words = inWords(each, values[each.name]);
    return speaks(each, words) ? words : `${said(each)} ${words}`;
  };
  return shown.slice(0, 3).map(named).join(' · ') + (shown.length > 3 ? ' …' : '');
}
