// The words of the scores, as the API has them: asked for once.

import { get } from '/workbench/js/api.js';
import { language } from '/workbench/js/i18n.js';

const TONES = ['ok', 'warning', 'danger'];
let asked = null;

/** All descriptions by name; asked for again if it failed. */
export function instruments() {
  asked ??= get('/instruments').then(
    ({ body }) => new Map(body.instruments.map((each) => [each.name, each])),
    (error) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}

export function applies(score) {
  return Boolean(score) && !('not_applicable' in score);
}

/** 'SINS 7–10': the total, or the bounds while something is missing. */
export function totalOf(score) {
  return score.total ?? (score.minimum === score.maximum ? String(score.minimum) : `${score.minimum}–${score.maximum}`);
}

/** The band in words, or null while several are possible. */
export function bandOf(described, score) {
  const outcome = described.outcomes.find((each) => each.name === score.band);
  return outcome ? outcome.label[language()] : null;
}

/** 'ok', 'warning', 'danger' as the band's place among the bands says; '' while it is not decided. */
export function toneOf(described, score) {
  const at = described.outcomes.findIndex((each) => each.name === score.band);
  if (at < 0) return '';
  return TONES[Math.round((at * (TONES.length - 1)) / (described.outcomes.length - 1))];
}

/** The label of a value of an item, as `lytic` of SINS's `lesion_type`. */
export function valueLabel(described, item, value) {
  const found = described.items.find((each) => each.name === item)?.values.find((each) => each.value === value);
  return found ? found.label[language()] : value;
}

/** The score that speaks for a lesion: SINS in the spine, Mirels in long bones; null where neither applies. */
export function leadingScore(scores) {
  return [scores.sins, scores.mirels].find(applies) ?? null;
}

export const SHORT = { sins: 'SINS', mirels: 'Mirels' };
