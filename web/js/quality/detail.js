// What exactly is missing, in words: variables of the record, a modality, a score.

import { said } from '/workbench/js/record/dictionary.js';
import { words } from '/workbench/js/i18n.js';
import qualityWords from '/workbench/words/data-quality.js';

const t = words(qualityWords);

/** `known`: the dictionary; `instruments`: Map by name. Either may be null, then codes are shown. */
export function detailWords({ kind, detail }, known, instruments) {
  return detail.map((code) => {
    if (kind === 'score_undecided') return instruments?.get(code) ? said({ label: instruments.get(code).title }).split(',')[0] : code;
    if (kind === 'images_incomplete') return t(`reason_${code}`);
    if (kind === 'images_not_received') return choiceOf(known, 'imaging_modality', code);
    return known?.variables.get(code) ? said(known.variables.get(code)) : code;
  });
}

function choiceOf(known, name, code) {
  const choice = known?.variables.get(name)?.choices.find((each) => each.code === code);
  return choice ? said(choice) : code;
}
