// Preparing one dossier: the day in the patient's calendar, then the presentation of the record.

import { dayForm } from '/workbench/js/meeting/day-form.js';
import { el } from '/workbench/js/dom.js';
import { day, words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);

/** `of`: as of dayForm, `on.left()` too; `presentations`: those that are being filled in. */
export async function preparing(of, presentations) {
  const { dossier, meeting, on } = of;
  const newest = dossier.sheet.last_study?.study_date;
  const known = dossier.presentations.length ? el('p', { class: 'fine' }, t('known', { days: dossier.presentations.map(day).join(', ') })) : null;
  const help = t('presentedOnHelp', { day: newest ? day(newest) : t('presentedOnNone') });
  return el(
    'div',
    { class: 'prepare' },
    dayForm(of, { name: 'presented_on', label: t('presentedOn'), help, beside: known }),
    dossier.place.presented_on ? await presentations.form(dossier, meeting.isClosed, on) : null,
  );
}
