// How parts of a dossier are said; the dossier's own words come with it, in its language.

import { day, words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);

/** Lines of what happened since the last presentation: [{text, is: 'lead' | 'fine'}]. */
export function happened(since) {
  const lines = [];
  if (since.after !== null) lines.push({ is: 'lead', text: t('recurrences', { count: since.recurrences }) });
  for (const each of since.counts) {
    const parts = [String(each.counted)];
    if (each.waiting) parts.push(t('waiting', { count: each.waiting }));
    if (each.excluded) parts.push(t('excluded', { count: each.excluded }));
    lines.push({ text: `${each.label} : ${parts.join(', ')}`.replace(' :', colon()) });
  }
  if (since.history) lines.push({ is: 'fine', text: t('history', { count: since.history }) });
  if (since.uncertain) lines.push({ is: 'fine', text: t('uncertain', { count: since.uncertain }) });
  return lines.length ? lines : [{ is: 'fine', text: t('nothingHappened') }];
}

export function sinceTitle(since) {
  return since.after === null ? t('firstTime') : t('since', { day: day(since.after) });
}

export const mainScore = (lesion) => lesion.scores.find((each) => each.amount) ?? null;
export const shortTitle = (score) => score.title.split(',')[0];

/** What a score waits for, and whether that alone would decide it. */
export function waitsFor(score) {
  const notes = { always: t('decides'), sometimes: t('mayDecide') };
  return score.items
    .filter((item) => item.points === null)
    .map((item) => (notes[item.decides] ? `${item.label} (${notes[item.decides]})` : item.label))
    .join(', ');
}

const RANKS = { high: 0, middle: 1, low: 2 };

/** The higher risk first, then as they are numbered. */
export function byRisk(lesions) {
  const rank = (each) => RANKS[each.risk] ?? 3;
  return lesions.toSorted((one, other) => rank(one) - rank(other));
}

/** French puts a space before it. */
export function colon() {
  return document.documentElement.lang === 'fr' ? ' :' : ':';
}
