// Findings, drawings and readers in words.

import { named, number } from '/workbench/js/i18n.js';
import { answerOf, inWords, said } from '/workbench/js/panel/form.js';

/** What a finding says, in words; null where nothing is known. `questions`: those of this finding. */
export function findingInWords(finding, value, questions, t, panelWords) {
  if (value === null || value === undefined) return null;
  const findings = { [finding]: value };
  const answered = questions.filter((question) => answerOf(question, findings) !== null);
  const parts = answered.map((question) => (questions.length === 1 ? inWords(question, findings, panelWords) : `${partLabel(question)} ${inWords(question, findings, panelWords)}`));
  parts.push(...measured(finding, value, t));
  return parts.join(' · ') || t('recorded');
}

function partLabel(question) {
  return said(question.label).split(/: | : /).at(-1);
}

/** What the form has no question for. */
function measured(finding, value, t) {
  if (finding === 'hounsfield') return [t('meanHu', { mean: number(value.mean_hu) })];
  if (finding === 'cortical_involvement') {
    return (value.measured ?? []).map((each) => `${number(each.destroyed_mm)} / ${number(each.total_mm)} mm`);
  }
  return [];
}

export function findingLabel(finding, questions, t) {
  if (!questions.length) return t(`finding_${finding}`);
  const whole = said(questions[0].label);
  return questions.length > 1 && WHOLE.has(finding) ? t(`finding_${finding}`) : whole;
}

const WHOLE = new Set(['vertebral_collapse', 'vertebral_heights', 'epidural_extension', 'acetabular_defect', 'soft_tissue', 'change']);

export function drawnInWords(geometry, t) {
  return geometry ? t('drawn', { count: geometry.points.length }) : t('notDrawn');
}

export function lesionInWords(reading) {
  return `${reading.lesion_label} · ${named(reading.site)}`;
}
