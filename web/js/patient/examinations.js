// The patient's examinations as a table: what the timeline draws, with what can be done with each.

import { readingPage, viewer } from '/workbench/js/addresses.js';
import { el } from '/workbench/js/dom.js';
import { day, number, words } from '/workbench/js/i18n.js';
import { has } from '/workbench/js/session.js';
import patientWords from '/workbench/words/patient.js';

const t = words(patientWords);
const ARRIVING = new Set(['receiving', 'revised']);

export function examinations(patient) {
  const heads = ['examination', 'when', 'images', ...(patient.mayRead ? ['readings', 'do'] : [])];
  return el(
    'table',
    { 'aria-label': t('examinations') },
    el('thead', {}, el('tr', {}, heads.map((each) => el('th', { scope: 'col' }, t(`head_${each}`))))),
    el('tbody', {}, [...patient.studies].reverse().map((study) => row(patient, study))),
  );
}

function row(patient, study) {
  const offset = patient.offset(study);
  const readings = patient.readingsOn(study).length;
  return el(
    'tr',
    {},
    el('td', {}, study.modalities.map((each) => el('span', { class: 'chip' }, each)), ARRIVING.has(study.state) ? el('span', { class: 'chip info' }, t(`study_${study.state}`)) : null),
    el('td', { class: 'number' }, offset === null ? t('undated') : offset === 0 ? t('dayZero') : t('dayAfter', { days: number(offset) }), el('div', { class: 'fine' }, day(study.study_date))),
    el('td', { class: 'number' }, number(study.instance_count)),
    patient.mayRead ? [el('td', { class: 'number' }, number(readings)), el('td', { class: 'acts' }, acts(patient, study))] : null,
  );
}

function acts(patient, study) {
  const prior = patient.prior(study);
  return [
    el('a', { class: 'button', href: viewer(study.study_instance_uid) }, t('look')),
    prior ? el('a', { class: 'button quiet', href: viewer(study.study_instance_uid, prior.study_instance_uid) }, t('withPrior')) : null,
    has('radiologist') ? el('a', { class: 'button quiet', href: readingPage(patient.patient.pseudonym, study.study_instance_uid) }, t('findings')) : null,
  ];
}
