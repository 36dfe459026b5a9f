// What the page of an adjudication starts from.

import { get } from '/workbench/js/api.js';
import { described } from '/workbench/js/descriptions.js';
import { who } from '/workbench/js/session.js';

/** Throws ApiError: 404 for no such assignment, 409 until both readers have signed. */
export async function loadAdjudication(assignmentId) {
  const { body: comparison } = await get(`/assignments/${encodeURIComponent(assignmentId)}/comparison`);
  const { assignment } = comparison;
  const [me, instruments, skeleton, study] = await Promise.all([
    who(),
    get('/instruments'),
    get('/sites'),
    get(`/studies/${assignment.study_instance_uid}`),
  ]);
  return { comparison, assignment, me, study: study.body, skeleton: skeleton.body, ...described(instruments.body) };
}
