// Why a value is refused, in the language on screen. The server says it in English and once; what is not known here is
// shown as the server says it.

import { said } from '/workbench/js/record/dictionary.js';
import { decimals } from '/workbench/js/record/wording.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import formWords from '/workbench/words/record-form.js';

const t = words(formWords);

const KNOWN = [
  [/^must be given$/, 'fault_given'],
  [/^not one of the permitted values$/, 'fault_choice'],
  [/^none excludes all others$/, 'fault_none'],
  [/^must be a whole number$/, 'fault_whole'],
  [/^must be a number/, 'fault_number'],
  [/^not a unit of this variable$/, 'fault_unit'],
  [/^at most (?<most>\d+) decimals$/, 'fault_decimals'],
  [/^must be from (?<least>\S+) to (?<most>\S+)$/, 'fault_range'],
  [/^must be a date of the calendar/, 'fault_date'],
  [/^must be a month/, 'fault_month'],
  [/^must be known to the day/, 'fault_day'],
  [/^not written as such codes are$/, 'fault_code'],
  [/^must be text of at most/, 'fault_text'],
  [/^must not be in the future$/, 'fault_future'],
  [/^must not be after (?:the )?(?<what>\w+)$/, 'fault_after'],
  [/^must not be before (?:the )?(?<what>\w+)$/, 'fault_before'],
  [/^must not be above (?<what>\w+)$/, 'fault_above'],
  [/^alive contradicts/, 'fault_alive'],
  [/^contradicts the patient's death_date$/, 'fault_death'],
  [/^no pain contradicts/, 'fault_pain'],
  [/^none contradicts the dates/, 'fault_agent'],
  [/^stays the same/, 'fault_meeting'],
];

/** A text node, or an element that says it is English. `variables`: of the form, by name. */
export function faultWords(detail, variables) {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(detail);
    if (found) return t(key, wordsOf(found.groups ?? {}, variables));
  }
  return el('span', { lang: 'en' }, detail);
}

function wordsOf({ what, least, most }, variables) {
  const variable = variables.get(what);
  return { what: variable ? said(variable) : t(what), least: decimals(least), most: decimals(most) };
}
