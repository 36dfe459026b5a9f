// What is decided of a study: which readings are of one lesion, and a choice for each item. Pure: a document goes in, cases
// and a request come out.

import { same } from '/workbench/js/panel/patches.js';

export const SIDES = ['first', 'second'];
const NO_FINDINGS = new Set(['site', 'geometry', 'sources']);

/** The document with which deciding begins: readings together as the server has put them together. */
export function begun(comparison) {
  return { pairs: comparison.pairs.map(({ first, second }) => [first?.reading_id ?? null, second?.reading_id ?? null]), cases: {} };
}

/** The document of what was decided already, to look at. */
export function decided(comparison) {
  const known = readingsOf(comparison);
  const rest = new Set(known.keys());
  const doc = { pairs: [], cases: {} };
  for (const reading of comparison.adjudicated) {
    const pair = SIDES.map((side) => reading.decided_from.find((id) => known.get(id)?.side === side) ?? null);
    pair.forEach((id) => rest.delete(id));
    doc.pairs.push(pair);
    doc.cases[keyOf(pair)] = { verdict: 'counts', label: reading.lesion_label, ...chosenIn(reading, pair.map((id) => known.get(id)?.reading)) };
  }
  for (const id of rest) {
    const pair = SIDES.map((side) => (known.get(id).side === side ? id : null));
    doc.pairs.push(pair);
    doc.cases[keyOf(pair)] = { verdict: 'dismissed' };
  }
  return doc;
}

function chosenIn(adjudicated, pair) {
  const choices = {};
  for (const [name, value] of Object.entries(adjudicated.findings)) {
    if (NO_FINDINGS.has(name)) continue;
    const from = SIDES.find((_, at) => pair[at] && same(pair[at].findings[name], value));
    choices[name] = from ? { from } : { from: 'other', value };
  }
  const drawn = SIDES.find((_, at) => pair[at] && same(pair[at].geometry, adjudicated.geometry));
  return { choices, geometry: drawn ?? 'none' };
}

/** Whether a document that was kept is about these readings, each of them once. */
export function fits(doc, comparison) {
  const known = [...readingsOf(comparison).keys()].sort();
  const said = (doc?.pairs ?? []).flat().filter(Boolean).sort();
  return said.length === known.length && said.every((id, at) => id === known[at]);
}

/** [{key, first, second, distance, items: [{finding, first, second, differs}], state}]. */
export function casesOf(comparison, doc) {
  const known = readingsOf(comparison);
  const told = new Map(comparison.pairs.map((pair) => [keyOf([pair.first?.reading_id, pair.second?.reading_id]), pair]));
  return doc.pairs.map((pair) => {
    const [first, second] = pair.map((id) => known.get(id)?.reading ?? null);
    const key = keyOf(pair);
    const byServer = told.get(key);
    const items = byServer ? byServer.items.map((each) => ({ finding: each.item, ...each })) : itemsOf(first, second);
    return {
      key,
      first,
      second,
      distance: byServer?.distance_mm ?? null,
      isPairedByServer: Boolean(byServer),
      items: items.filter(({ finding }) => !NO_FINDINGS.has(finding)),
      state: doc.cases[key] ?? {},
    };
  });
}

function itemsOf(first, second) {
  return Object.keys((first ?? second).findings).map((finding) => {
    const [mine, theirs] = [first, second].map((each) => each?.findings[finding] ?? null);
    return { finding, first: mine, second: theirs, differs: !first || !second || !same(mine, theirs) };
  });
}

export const keyOf = ([first, second]) => `${first ?? ''}+${second ?? ''}`;

function readingsOf(comparison) {
  return new Map(comparison.pairs.flatMap((pair) => SIDES.filter((side) => pair[side]).map((side) => [pair[side].reading_id, { side, reading: pair[side] }])));
}

/** The only side that has read this lesion, or null where both have. */
export function loneSide(each) {
  return each.first && each.second ? null : each.first ? 'first' : 'second';
}

/** {from: 'first' | 'second' | 'other', value}, or null while that is open. What both say, and what one alone says, is chosen. */
export function choiceOf(each, finding) {
  const made = each.state.choices?.[finding];
  if (made) return made;
  const lone = loneSide(each);
  if (lone) return { from: lone };
  return itemOf(each, finding)?.differs ? null : { from: 'first' };
}

export function itemOf(each, finding) {
  return each.items.find((item) => item.finding === finding);
}

/** What was chosen; undefined while it is open, null for "not known". */
export function valueOf(each, finding) {
  const choice = choiceOf(each, finding);
  if (choice === null) return undefined;
  return choice.from === 'other' ? choice.value : each[choice.from].findings[finding] ?? null;
}

/** The findings as they are decided so far. */
export function findingsOf(each) {
  const findings = {};
  const sources = [];
  for (const { finding } of each.items) {
    const value = valueOf(each, finding);
    if (value === undefined || value === null) continue;
    findings[finding] = value;
    const { from } = choiceOf(each, finding);
    if (from !== 'other') sources.push(...(each[from].findings.sources ?? []).filter((source) => source.finding === finding));
  }
  return sources.length ? { ...findings, sources } : findings;
}

export function needsLesion(each) {
  return !loneSide(each) && each.first.lesion_id !== each.second.lesion_id;
}

export function isOnePlace(each) {
  const place = ({ site }) => [site.bone, site.level, site.number, site.region, site.side].join();
  return Boolean(each.first && each.second) && place(each.first) === place(each.second);
}

/** 'first' or 'second': whose lesion keeps the reading; null while that is open, for two places. */
export function lesionSide(each) {
  return loneSide(each) ?? each.state.lesion ?? (!needsLesion(each) || isOnePlace(each) ? 'first' : null);
}

export function isMatched(each) {
  return needsLesion(each) && (each.state.match ?? true);
}

/** 'first', 'second' or 'none'; null while it is open. */
export function geometryOf(each) {
  const lone = loneSide(each);
  if (each.state.geometry) return each.state.geometry;
  if (lone) return lone;
  return same(each.first.geometry, each.second.geometry) ? 'first' : null;
}

export function isDismissed(each) {
  return each.state.verdict === 'dismissed';
}

/** What is still open of a case: 'verdict', 'lesion', 'reason', 'geometry', and names of findings. */
export function openOf(each, reasonOf) {
  if (isDismissed(each)) return [];
  if (loneSide(each) && each.state.verdict !== 'counts') return ['verdict'];
  const open = [];
  if (lesionSide(each) === null) open.push('lesion');
  if (isMatched(each) && !reasonOf(each).trim()) open.push('reason');
  open.push(...each.items.filter(({ finding }) => valueOf(each, finding) === undefined).map(({ finding }) => finding));
  if (geometryOf(each) === null) open.push('geometry');
  return open;
}

/** What is sent when nothing is open any more. */
export function requestOf(cases, reasonOf) {
  const ids = (each) => SIDES.map((side) => each[side]?.reading_id).filter(Boolean);
  const decisions = cases.filter((each) => !isDismissed(each)).map((each) => {
    const drawn = geometryOf(each);
    const decision = { lesion_id: each[lesionSide(each)].lesion_id, decided_from: ids(each), findings: findingsOf(each) };
    if (drawn !== 'none') decision.geometry = each[drawn].geometry;
    if (isMatched(each)) decision.match_reason = reasonOf(each).trim();
    return decision;
  });
  return { decisions, dismissed: cases.filter(isDismissed).flatMap(ids) };
}

/** The document with something changed of one case. */
export function withCase(doc, key, change) {
  return { ...doc, cases: { ...doc.cases, [key]: { ...doc.cases[key], ...change } } };
}

/** The document in which these two readings, each alone so far, are of one lesion. */
export function joined(doc, first, second) {
  const alone = new Set([keyOf([first, null]), keyOf([null, second])]);
  const at = doc.pairs.findIndex((pair) => alone.has(keyOf(pair)));
  return { ...doc, pairs: doc.pairs.filter((pair) => !alone.has(keyOf(pair))).toSpliced(at, 0, [first, second]) };
}

/** The document in which the two readings of a case are of two lesions. */
export function parted(doc, key) {
  return { ...doc, pairs: doc.pairs.flatMap((pair) => (keyOf(pair) === key ? [[pair[0], null], [null, pair[1]]] : [pair])) };
}
