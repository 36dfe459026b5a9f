// Why objects are set aside or refused, and what helps, in words.

import { words } from '/workbench/js/i18n.js';
import custodyWords from '/workbench/words/custody.js';

const t = words(custodyWords);

export const REASONS = ['missing_patient_id', 'study_conflict', 'conflict', 'residue', 'burned_in_annotation', 'not_an_image', 'pixels_do_not_fit', 'unreadable', 'invalid_uid', 'rejected_by_orthanc', 'unexpected_error'];
export const CONFLICTS = ['conflict', 'study_conflict'];

export function reasonName(reason) {
  const key = `reason_${reason}`;
  const said = t(key);
  return said === key ? reason.replaceAll('_', ' ') : said;
}

export function whatHelps(reason) {
  const key = `helps_${reason}`;
  const said = t(key);
  return said === key ? '' : said;
}
