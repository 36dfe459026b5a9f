// A patient's clinical record as pages show it: entries by form, the newest first, and what the forms need of one another.

import { get } from '/workbench/js/api.js';
import { dictionary, variablesOf } from '/workbench/js/record/dictionary.js';
import { dateWords, isGiven } from '/workbench/js/record/wording.js';

/** {known, entries}: the dictionary, and every entry that one may see. */
export async function loadRecord(pseudonym) {
  const [known, { body }] = await Promise.all([dictionary(), get(`/patients/${encodeURIComponent(pseudonym)}/record`)]);
  return { known, entries: body.entries };
}

/** One entry with its ETag, also when the record does not list it (withdrawn), and what is computed when it does. */
export async function loadEntry(entryId, entries = []) {
  const listed = entries.find((each) => each.entry_id === entryId);
  if (listed) return listed;
  const { body, etag } = await get(`/record-entries/${encodeURIComponent(entryId)}`);
  return { ...body, etag, computed: {} };
}

/** The variable that says what day an entry is of; null where a patient has one entry only. */
export function dateOf(form) {
  const keys = variablesOf(form).filter((each) => form.key.includes(each.name));
  return keys.find((each) => each.type === 'date')?.name ?? null;
}

/** The newest first; what has no date yet before all others. */
export function ofForm(form, entries) {
  const name = dateOf(form);
  const when = (entry) => (name && entry.values[name]) || '9999';
  return entries.filter((each) => each.form === form.name).sort((one, other) => when(other).localeCompare(when(one)));
}

/** The entry that is of the same thing, as the server tells them apart. */
export function ofSameKey(form, values, entries) {
  const key = (each) => JSON.stringify(form.key.map((name) => each[name] ?? ''));
  return entries.find((each) => each.form === form.name && each.state === 'final' && key(each.values) === key(values)) ?? null;
}

/** What the formulas need of the patient's own form. */
export function personOf(entries) {
  const values = entries.find((each) => each.form === 'patient')?.values ?? {};
  return { sex: values.sex ?? null, birth_month: values.birth_month ?? null };
}

/** {values, when}: facts that last, as the newest presentation has them; null without one. */
export function lastingFacts(form, entries) {
  const lasting = variablesOf(form).filter((each) => each.lasting);
  const newest = ofForm(form, entries).find((each) => each.state === 'final');
  if (!newest || !lasting.length) return null;
  const values = Object.fromEntries(lasting.map(({ name }) => [name, newest.values[name]]).filter(([, value]) => isGiven(value)));
  return Object.keys(values).length ? { values, when: dateWords(newest.values[dateOf(form)]) } : null;
}
