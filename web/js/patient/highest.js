// The patient's highest scores, and what each still waits for; never a sum.

import { el } from '/workbench/js/dom.js';
import { language, words } from '/workbench/js/i18n.js';
import { bandOf, SHORT, toneOf, totalOf } from '/workbench/js/instruments.js';
import patientWords from '/workbench/words/patient.js';

const t = words(patientWords);

export function highest(patient) {
  const { scores } = patient;
  const found = [scores?.sins, ...(scores?.bones ?? []).map((bone) => bone.mirels)].filter(Boolean);
  if (!found.length) return null;
  return el('section', { class: 'card highest' }, el('h2', {}, t('highest')), found.map((each) => card(patient, each)), el('p', { class: 'fine' }, t('highestHelp')));
}

function card(patient, score) {
  const described = patient.described.get(score.instrument);
  const labels = score.lesions
    .map((id) => patient.lesions.find((lesion) => lesion.lesion_id === id))
    .filter(Boolean)
    .map((lesion) => `${lesion.label}: ${language() === 'fr' ? lesion.site.name_fr : lesion.site.name_en}`);
  const advice = language() === 'fr' ? score.suggestion_fr : score.suggestion;
  return el(
    'div',
    { class: `top ${toneOf(described, score)}` },
    el('span', { class: 'total number' }, String(totalOf(score))),
    el('span', { class: 'name' }, SHORT[score.instrument]),
    el('span', { class: 'band' }, bandOf(described, score) ?? t('undecided')),
    el('span', { class: 'fine where' }, labels.join('; ')),
    advice ? el('span', { class: 'fine advice' }, advice) : null,
  );
}
