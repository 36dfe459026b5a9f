// The form of a reading, from the API's description of it: which questions, what is answered, what an answer changes.

import { language, number } from '/workbench/js/i18n.js';
import { same } from '/workbench/js/panel/patches.js';

const SURE_COLLAPSE = 20;

export const keyOf = ({ path }) => path.join('.');

/** Words of a label in the language of the screen. */
export const said = (label) => (label ? label[language()] : '');

/** The questions that are asked of this site, their options among those that it has. */
export function questionsOf(form, site, kind, { hasPrior }) {
  return form.filter((question) => isAskedOf(question, site, kind, hasPrior)).map((question) => ({
    ...question,
    options: question.options.filter(({ levels }) => levels === null || levels.includes(site.level)),
  }));
}

function isAskedOf({ scope, group }, site, kind, hasPrior) {
  if (group === 'change' && !hasPrior) return false;
  const within = scope.regions === null || scope.regions.includes(site.region);
  return scope.kinds.includes(kind) && within && !scope.except_levels.includes(site.level);
}

/** Whether the question has a sense beside what is answered: a share of the body counts without collapse only. */
export function isOpen(question, findings) {
  const collapse = findings.vertebral_collapse;
  const loss = collapse?.height_loss_percent ?? null;
  const isCollapsed = collapse?.present === true || loss >= SURE_COLLAPSE;
  switch (keyOf(question)) {
    case 'vertebral_collapse.present':
      return loss === null ? collapse?.present != null : loss > 0 && loss < SURE_COLLAPSE;
    case 'vertebral_collapse.body_involved_percent':
      return !isCollapsed && (loss !== null || collapse?.present === false);
    case 'soft_tissue.longest_mm':
      return findings.soft_tissue?.present === true;
    default:
      return true;
  }
}

export function answerOf(question, findings) {
  return question.path.reduce((value, part) => value?.[part], findings) ?? null;
}

/** A share of the cortex that was measured stands for the choice between the thirds. */
export function measuredShare(question, findings) {
  if (keyOf(question) !== 'cortical_involvement.category') return null;
  const { measured = [], denominator } = findings.cortical_involvement ?? {};
  const share = measured.find((each) => each.of === (denominator || 'cortical'));
  return share ? Math.round((100 * share.destroyed_mm) / share.total_mm) : null;
}

export const isAnswered = (question, findings) => answerOf(question, findings) !== null || measuredShare(question, findings) !== null;

/** What changes in the findings when this question is answered so. null: not known. */
export function patchOf(question, value, findings, { earlierStudy } = {}) {
  const [finding, part] = question.path;
  const patch = { [finding]: part ? wholeOf(finding, part, value, findings[finding], earlierStudy) : value };
  const sources = findings.sources?.filter((source) => source.finding !== finding);
  if (sources && sources.length < findings.sources.length) patch.sources = sources.length ? sources : null;
  return patch;
}

function wholeOf(finding, part, value, before, earlierStudy) {
  const whole = { ...(before || {}), [part]: value };
  if (finding === 'vertebral_collapse') agree(whole, part);
  if (finding === 'soft_tissue') {
    if (part === 'longest_mm' && value !== null) whole.present = true;
    if (part === 'present' && value !== true) whole.longest_mm = null;
    if (whole.present == null) return null;
  }
  if (finding === 'change') whole.earlier_study_instance_uid ??= earlierStudy;
  return isKnown(finding, whole) ? whole : null;
}

/** What is answered last holds: what contradicts it is not known any more. */
function agree(collapse, part) {
  const loss = collapse.height_loss_percent ?? null;
  if (part === 'height_loss_percent' && (loss === 0 || loss >= SURE_COLLAPSE)) collapse.present = null;
  if (part === 'present' && collapse.present === false && loss >= SURE_COLLAPSE) collapse.height_loss_percent = null;
  if (part === 'present' && collapse.present === true && loss === 0) collapse.height_loss_percent = null;
}

const NO_ANSWERS = { cortical_involvement: ['denominator'], change: ['earlier_study_instance_uid'] };

function isKnown(finding, whole) {
  const none = NO_ANSWERS[finding] || [];
  return Object.entries(whole).some(([name, value]) => !none.includes(name) && value !== null && value?.length !== 0);
}

/** Any of several elements more, or less; the last one taken away leaves the question open. */
export function toggled(question, option, findings) {
  const now = answerOf(question, findings) || [];
  const rest = now.filter((each) => !same(each, option.value));
  if (rest.length < now.length) return rest.length ? rest : null;
  return [...now, option.value];
}

export function isChosen(question, option, findings) {
  const value = answerOf(question, findings);
  if (value === null) return false;
  return question.takes === 'elements' ? value.some((each) => same(each, option.value)) : same(value, option.value);
}

/** An answer in words; null when there is none. */
export function inWords(question, findings, t) {
  const value = answerOf(question, findings);
  const share = measuredShare(question, findings);
  if (value === null) return share === null ? null : `${number(share)} %`;
  if (question.takes === 'yes_no') return t(value ? 'yes' : 'no');
  if (question.takes === 'number') return `${number(value)} ${question.unit}`;
  if (question.takes === 'elements') {
    const chosen = question.options.filter((option) => isChosen(question, option, findings));
    return chosen.length ? chosen.map((option) => said(option.label)).join(', ') : said(question.none);
  }
  return said(question.options.find((option) => same(option.value, value))?.label) || String(value);
}
