// A change of a draft that waits to be sent: {findings: patch, carry: […], confirm: […], geometry, note, text_checked, onto}.

import { combined, merged, whole } from '/workbench/js/panel/patches.js';

/** A draft that is not begun. */
export const NOTHING = { findings: {}, carried: [], note: null, geometry: null, scores: null, missing: [], version: 0 };

/** One change that does what `first` and then `second` do. */
export function together(first, second) {
  const set = Object.keys(second.findings || {});
  const result = { ...first, ...second };
  result.findings = combined(without(first.findings || {}, second.carry || []), second.findings || {});
  result.carry = unique([...(first.carry || []).filter((each) => !set.includes(each)), ...(second.carry || [])]);
  const settled = [...set, ...(second.carry || [])];
  result.confirm = unique([...(first.confirm || []).filter((each) => !settled.includes(each)), ...(second.confirm || [])]);
  return tidy(result);
}

export function isEmpty(change) {
  return Object.keys(change).length === 0;
}

/**
 * [what is sent first, what is sent after it]. A finding is copied before it is confirmed: the server takes the two one
 * after the other only. And a note that is refused must not hold findings back.
 */
export function inTurn(change) {
  const { confirm = [], ...others } = change;
  const copied = confirm.filter((each) => others.carry?.includes(each));
  const { note, text_checked: checked, ...rest } = { ...others, confirm: confirm.filter((each) => !copied.includes(each)) };
  const now = tidy(rest);
  const text = tidy({ note, text_checked: checked });
  if (copied.length) return [now, { confirm: copied, ...text }];
  return note === undefined || isEmpty(now) ? [change, {}] : [now, text];
}

/** The draft as it will be: {findings, carried, note, geometry}. `prior`: findings that are carried. */
export function applied(draft, change, prior) {
  const carry = change.carry || [];
  const copies = Object.fromEntries(carry.map((name) => [name, prior?.[name] ?? null]));
  const findings = merged({ ...draft.findings, ...copies }, change.findings || {});
  const settled = new Set([...Object.keys(change.findings || {}), ...(change.confirm || [])]);
  const carried = unique([...draft.carried, ...carry]).filter((name) => !settled.has(name) && findings[name] != null);
  return {
    ...draft,
    findings,
    carried,
    note: change.note === undefined ? draft.note : change.note,
    geometry: change.geometry === undefined ? draft.geometry : change.geometry,
  };
}

/** Some findings of a draft, and which of them are carried over and not confirmed. */
export function asItIs(names, { findings, carried }) {
  return {
    findings: Object.fromEntries(names.map((name) => [name, findings[name] ?? null])),
    carried: names.filter((name) => carried.includes(name)),
  };
}

/** The change that makes these findings as they are `wanted`: what is carried over is carried over again, to be confirmed. */
export function restoring(wanted, shown) {
  const entered = Object.entries(wanted.findings).filter(([name]) => !wanted.carried.includes(name));
  return {
    findings: Object.fromEntries(entered.map(([name, value]) => [name, whole(value, shown.findings[name])])),
    carry: wanted.carried,
  };
}

function tidy(change) {
  const result = {};
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (Array.isArray(value) ? value.length : name !== 'findings' || Object.keys(value).length) result[name] = value;
  }
  return result;
}

function without(patch, names) {
  return Object.fromEntries(Object.entries(patch).filter(([name]) => !names.includes(name)));
}

const unique = (list) => [...new Set(list)];
