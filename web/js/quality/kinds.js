// Kinds of what is missing, in the order in which they hold up the rest, and where each is mended.

import { patientPage, recordPage, viewer } from '/workbench/js/addresses.js';
import { has } from '/workbench/js/session.js';

export const KINDS = [
  'presentation_missing', 'images_not_received', 'images_incomplete', 'study_unread', 'reading_unsigned', 'score_undecided',
  'presentation_incomplete', 'facts_differ', 'follow_up_overdue',
];

/** {href, act}: the page, and the word for what one does there. Who may not mend it looks. */
export function mending({ kind, pseudonym, object_id: id, detail }) {
  const writes = has('clinician');
  const inEntry = { href: recordPage(pseudonym, { entry: id, ...(writes ? { edit: 1, field: detail[0] } : {}) }), act: writes ? 'complete' : 'look' };
  switch (kind) {
    case 'presentation_missing':
      return writes ? { href: recordPage(pseudonym, { new: 'presentation' }), act: 'enter' } : { href: recordPage(pseudonym), act: 'look' };
    case 'images_not_received':
      return { href: recordPage(pseudonym, { entry: id }), act: 'look' };
    case 'study_unread':
      return has('radiologist') ? { href: viewer(id), act: 'read' } : { href: patientPage(pseudonym), act: 'look' };
    case 'presentation_incomplete':
    case 'facts_differ':
      return inEntry;
    case 'follow_up_overdue':
      return writes ? { href: recordPage(pseudonym, { new: 'patient', field: 'vital_status' }), act: 'enter' } : { href: recordPage(pseudonym), act: 'look' };
    case 'score_undecided':
      return writes ? { href: recordPage(pseudonym), act: 'complete' } : { href: patientPage(pseudonym), act: 'look' };
    default:
      return { href: patientPage(pseudonym), act: 'look' };
  }
}
