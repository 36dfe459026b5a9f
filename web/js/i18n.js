// French and English on screen. What the API names (sites, findings, bands) it names in both; these are our own words.

import { keep, recall } from '/workbench/js/kept.js';

const KEY = 'osteon-language';
export const LANGUAGES = ['en', 'fr'];

let current = null;

/** 'fr' or 'en': as chosen before, or else as the browser prefers. */
export function language() {
  if (current === null) {
    const kept = recall(KEY);
    current = LANGUAGES.includes(kept) ? kept : preferred();
    document.documentElement.lang = current;
  }
  return current;
}

export function setLanguage(chosen) {
  if (!LANGUAGES.includes(chosen) || chosen === language()) return;
  current = chosen;
  keep(KEY, chosen);
  document.documentElement.lang = chosen;
  document.dispatchEvent(new CustomEvent('osteon-language', { detail: { language: chosen } }));
}

/**
 * A function t(key, params) over {en: {key: text}, fr: {…}}. A text holds {name}s; one that counts is
 * {one: …, other: …} and is chosen by params.count.
 */
export function words(dictionary) {
  return (key, params = {}) => {
    const entry = dictionary[language()]?.[key] ?? dictionary.en[key];
    if (entry === undefined) return key;
    const text = typeof entry === 'string' ? entry : entry[plural(params.count)] ?? entry.other;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? shown(params[name]) : whole));
  };
}

/** `thing.name_fr` or `thing.name_en`, as the API names sites and terms; other fields by their stem. */
export function named(thing, stem = 'name') {
  if (!thing) return '';
  return thing[`${stem}_${language()}`] ?? (language() === 'fr' ? null : thing[stem]) ?? thing[`${stem}_en`] ?? thing[stem] ?? '';
}

export function number(value, options) {
  return new Intl.NumberFormat(locale(), options).format(value);
}

/** A day, 'YYYY-MM-DD' or a time: short and unambiguous, 5 Jan 2031. */
export function day(value) {
  if (!value) return '';
  const isDay = value.length === 10;
  const format = { day: 'numeric', month: 'short', year: 'numeric', ...(isDay ? { timeZone: 'UTC' } : {}) };
  return new Intl.DateTimeFormat(locale(), format).format(new Date(isDay ? `${value}T00:00:00Z` : value));
}

export function moment(value) {
  if (!value) return '';
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value));
}

function locale() {
  return language() === 'fr' ? 'fr-FR' : 'en-GB';
}

function preferred() {
  const first = (navigator.languages || [navigator.language || 'en']).map((each) => each.slice(0, 2).toLowerCase());
  return first.find((each) => LANGUAGES.includes(each)) || 'en';
}

function plural(count) {
  return new Intl.PluralRules(locale()).select(Number(count ?? 0));
}

function shown(value) {
  return typeof value === 'number' ? number(value) : String(value);
}
