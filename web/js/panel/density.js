// A suggestion of the lesion type from CT density, against normal bone of the same patient: the server's, for the reader to take.

import { measured } from '/workbench/js/panel/measuring.js';

const REGIONS = new Set(['ellipse', 'freehand']);

/** Whether the lesion's density was measured so that it can be compared. */
export function isRegion(body, answer) {
  return REGIONS.has(body.kind) && Boolean(answer.findings.hounsfield);
}

/** {lesion_type, notice, reason} for the lesion's region against a drawing in normal bone, or null where neither tells. */
export async function suggestion(region, normalBody) {
  const normal = await measured(normalBody);
  if (!normal.findings.hounsfield) return null;
  return (await measured({ ...region, normal_bone: normal.findings.hounsfield })).suggestion;
}
