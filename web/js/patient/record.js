// Everything that one patient's page shows, as the API has it.

import { all, get } from '/workbench/js/api.js';
import { instruments } from '/workbench/js/instruments.js';
import { has } from '/workbench/js/session.js';

export const SEES_FINDINGS = ['radiologist', 'clinician', 'researcher'];
const DAY_MS = 86400000;
const EVERYTHING = '?limit=500';

/** Throws what the first request throws: a patient that is not there is a 404. */
export async function loadPatient(pseudonym) {
  const path = `/patients/${encodeURIComponent(pseudonym)}`;
  const mayRead = SEES_FINDINGS.some(has);
  const ifAllowed = (is, ask) => (is ? ask() : Promise.resolve(null));
  const [patient, studies, lesions, readings, scores, contexts, drafts, described] = await Promise.all([
    get(path).then((answer) => answer.body),
    all(`/studies${EVERYTHING}&patient=${encodeURIComponent(pseudonym)}`),
    ifAllowed(mayRead, () => all(`${path}/lesions${EVERYTHING}`)),
    ifAllowed(mayRead, () => all(`${path}/readings${EVERYTHING}`)),
    ifAllowed(mayRead, () => get(`${path}/scores`).then((answer) => answer.body)),
    ifAllowed(mayRead, () => all(`${path}/clinical-contexts${EVERYTHING}`)),
    ifAllowed(has('radiologist'), () => all(`/drafts${EVERYTHING}`)),
    instruments(),
  ]);
  return new Patient({
    patient,
    studies,
    lesions: lesions ?? [],
    readings: readings ?? [],
    scores,
    contexts: contexts ?? [],
    drafts: (drafts ?? []).filter((each) => each.pseudonym === pseudonym),
    described,
    mayRead,
  });
}

class Patient {
  constructor(parts) {
    Object.assign(this, parts);
    this.studies = [...parts.studies].sort(byDate);
    this.first = this.studies.find((each) => each.study_date)?.study_date ?? null;
    this.studyOf = new Map(this.studies.map((each) => [each.study_instance_uid, each]));
    this.scoresOf = new Map((parts.scores?.lesions ?? []).map((each) => [each.lesion.lesion_id, each.scores]));
    this.draftOf = new Map(parts.drafts.map((each) => [each.lesion_id, each]));
  }

  /** Days since the first dated study; null for an undated one. */
  offset(study) {
    if (!study?.study_date || !this.first) return null;
    return Math.round((Date.parse(study.study_date) - Date.parse(this.first)) / DAY_MS);
  }

  get newest() {
    return this.studies.at(-1) ?? null;
  }

  /** The study before this one, with the same modality if there is any. */
  prior(study) {
    const before = this.studies.slice(0, this.studies.indexOf(study)).reverse();
    return before.find((each) => each.modalities.some((one) => study.modalities.includes(one))) ?? before[0] ?? null;
  }

  readingsOn(study) {
    return this.readings.filter((each) => each.study_instance_uid === study.study_instance_uid);
  }

  /** Of one lesion, in the order of its studies: [{study, reading, others}], the one that counts where there are several. */
  course(lesion) {
    const own = this.readings.filter((each) => each.lesion_id === lesion.lesion_id);
    return this.studies
      .map((study) => ({ study, all: own.filter((each) => each.study_instance_uid === study.study_instance_uid) }))
      .filter(({ all: found }) => found.length)
      .map(({ study, all: found }) => ({ study, reading: counting(found), others: found.length - 1 }));
  }

  /** 'merged', 'resolved', 'unread' or 'read'. */
  stateOf(lesion) {
    if (lesion.merged_into) return 'merged';
    if (lesion.resolved_on) return 'resolved';
    return this.readings.some((each) => each.lesion_id === lesion.lesion_id) ? 'read' : 'unread';
  }
}

/** What an adjudicator decided, or else what was recorded last. */
function counting(readings) {
  const decided = readings.filter((each) => each.decided_from.length);
  return (decided.length ? decided : readings).reduce((one, other) => (one.recorded_at > other.recorded_at ? one : other));
}

/** Undated studies come first: nothing says that they are news. */
function byDate(one, other) {
  return (one.study_date ?? '').localeCompare(other.study_date ?? '') || one.first_stored_at.localeCompare(other.first_stored_at);
}
