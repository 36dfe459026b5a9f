// How much of each kind is missing: counted by walking through the list, as far as that is sensible.

import { get, withQuery } from '/workbench/js/api.js';

const AT_A_TIME = 500;
const MOST_PAGES = 10;

/** `told(counts, isDone)` after each page: {byKind: Map, isWhole}. `signal` ends it. */
export async function count(patient, signal, told) {
  const byKind = new Map();
  let cursor = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { body } = await get(withQuery('/data-quality', { patient, limit: AT_A_TIME, cursor }), { signal });
    for (const { kind } of body.items) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
    cursor = body.next_cursor;
    told({ byKind, isWhole: !cursor, last: body.items.at(-1)?.kind ?? null }, !cursor);
    if (!cursor) return;
  }
}
