// The lesions of a patient and how each stands on one study.

import { all, ApiError, get, post } from '/workbench/js/api.js';

/** {lesions: [{lesion, state, draft, reading}], study, form, places, …}: all that the panel starts from. */
export async function loaded(patient, studyUid) {
  const [me, instruments, skeleton, study, rows] = await Promise.all([
    get('/me'),
    get('/instruments'),
    get('/sites'),
    get(`/studies/${studyUid}`),
    lesionsOf(patient, studyUid),
  ]);
  return { me: me.body, instruments: instruments.body, skeleton: skeleton.body, study: study.body, rows };
}

/** Every lesion with its state on this study: 'unread', 'draft', 'carried' (unconfirmed values), 'signed', 'resolved'. */
export async function lesionsOf(patient, studyUid) {
  const [lesions, readings, drafts] = await Promise.all([
    all(`/patients/${patient}/lesions`),
    all(`/studies/${studyUid}/readings`),
    draftsOf(studyUid),
  ]);
  return lesions
    .filter((lesion) => lesion.merged_into === null)
    .map((lesion) => rowOf(lesion, drafts, readings));
}

function rowOf(lesion, drafts, readings) {
  const isOf = (each) => each.lesion_id === lesion.lesion_id;
  const draft = drafts.find(isOf) || null;
  const reading = readings.filter(isOf).at(-1) || null;
  return { lesion, draft, reading, state: stateOf(lesion, draft, reading) };
}

export function stateOf(lesion, draft, reading) {
  if (draft) return draft.carried.length ? 'carried' : 'draft';
  if (reading) return 'signed';
  return lesion.resolved_on ? 'resolved' : 'unread';
}

/** One's own drafts on this study; whoever may not write any has none. */
async function draftsOf(studyUid) {
  try {
    return (await all('/drafts')).filter((draft) => draft.study_instance_uid === studyUid);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return [];
    throw error;
  }
}

/** What the prior reading says, or null when there is none. */
export async function priorOf(lesionId, studyUid) {
  const readings = await all(`/lesions/${lesionId}/readings`);
  if (readings.every((each) => each.study_instance_uid === studyUid)) return null;
  try {
    const { body } = await post(`/lesions/${lesionId}/carry-forward`, { study_instance_uid: studyUid });
    const study = await get(`/studies/${body.from_study_instance_uid}`).catch(() => null);
    return { ...body, date: study?.body.study_date ?? null };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Scores of a lesion of which nothing is known but its place. */
export async function firstScores(site) {
  const { bone, level, number, region, side, transitional } = site;
  const { body } = await post('/assessments', { site: { bone, level, number, region, side, transitional }, findings: {}, clinical: {} });
  return body;
}
