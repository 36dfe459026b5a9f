// The patient's lesions: where, in what state, with which score, and when they were last read.

import { readingPage } from '/workbench/js/addresses.js';
import { el } from '/workbench/js/dom.js';
import { named, number, words } from '/workbench/js/i18n.js';
import { applies, bandOf, SHORT, toneOf, totalOf, valueLabel } from '/workbench/js/instruments.js';
import { empty } from '/workbench/js/states.js';
import patientWords from '/workbench/words/patient.js';

const t = words(patientWords);
const STATE_TONES = { read: 'ok', unread: 'info', resolved: '', merged: '' };

export function lesions(patient) {
  if (!patient.lesions.length) return empty(t('noLesions'), t('noLesionsDetail'));
  const heads = ['lesion', 'site', 'type', 'score', 'state', 'lastRead'];
  return el(
    'table',
    { class: 'lesions', 'aria-label': t('lesions') },
    el('thead', {}, el('tr', {}, heads.map((each) => el('th', { scope: 'col' }, t(`head_${each}`))))),
    el('tbody', {}, patient.lesions.map((lesion) => row(patient, lesion))),
  );
}

function row(patient, lesion) {
  const last = patient.course(lesion).at(-1);
  const study = last?.study ?? patient.draftOf.get(lesion.lesion_id) ?? patient.newest;
  const state = patient.stateOf(lesion);
  const type = last?.reading.findings.lesion_type;
  return el(
    'tr',
    { class: `lesion ${state}`, dataset: { lesion: lesion.lesion_id } },
    el('td', {}, study ? el('a', { class: 'main code', href: readingPage(lesion.pseudonym, study.study_instance_uid) }, lesion.label) : lesion.label),
    el('td', {}, named(lesion.site)),
    el('td', {}, type ? valueLabel(patient.described.get('sins'), 'lesion_type', type) : el('span', { class: 'muted' }, '–')),
    el('td', {}, scoreChips(patient, lesion)),
    el('td', {}, el('span', { class: `chip ${STATE_TONES[state]}` }, t(`state_${state}`)), patient.draftOf.has(lesion.lesion_id) ? [' ', el('span', { class: 'chip warning' }, t('ownDraft'))] : null, successor(patient, lesion)),
    el('td', { class: 'number' }, last ? whenRead(patient, last) : el('span', { class: 'muted' }, '–')),
  );
}

function scoreChips(patient, lesion) {
  const scores = patient.scoresOf.get(lesion.lesion_id);
  const shown = scores ? [scores.sins, scores.mirels].filter(applies) : [];
  if (!shown.length) return el('span', { class: 'muted' }, '–');
  return shown.map((score) => {
    const described = patient.described.get(score.instrument);
    return el(
      'span',
      { class: 'scored' },
      el('span', { class: `chip number ${toneOf(described, score)}` }, `${SHORT[score.instrument]} ${totalOf(score)}`),
      el('span', { class: 'fine' }, bandOf(described, score) ?? t('undecided')),
    );
  });
}

function successor(patient, lesion) {
  const next = lesion.merged_into && patient.lesions.find((each) => each.lesion_id === lesion.merged_into);
  return next ? el('span', { class: 'fine' }, ` → ${next.label}`) : null;
}

function whenRead(patient, { study, reading }) {
  const offset = patient.offset(study);
  const when = offset === null ? t('undated') : offset === 0 ? t('dayZero') : t('dayAfter', { days: number(offset) });
  return [when, el('div', { class: 'fine' }, reading.recorded_by)];
}
