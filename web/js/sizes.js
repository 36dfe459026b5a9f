// Sizes of files in words.

import { number } from '/workbench/js/i18n.js';

const UNITS = { en: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], fr: ['o', 'ko', 'Mo', 'Go', 'To', 'Po'] };
const THOUSAND = 1000;

export function size(bytes, language = document.documentElement.lang) {
  let value = bytes;
  let unit = 0;
  while (value >= THOUSAND && unit < UNITS.en.length - 1) {
    value /= THOUSAND;
    unit += 1;
  }
  return `${number(value, { maximumFractionDigits: unit && value < THOUSAND / 10 ? 1 : 0 })} ${(UNITS[language] ?? UNITS.en)[unit]}`;
}
