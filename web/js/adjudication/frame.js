// What stands above and below the lesions of an adjudication: whose study it is, and what is left to decide.

import { patientPage, viewer } from '/workbench/js/addresses.js';
import { el } from '/workbench/js/dom.js';
import { day } from '/workbench/js/i18n.js';

/** Children of the head. `data`: what `load.js` gives. */
export function headOf({ assignment, study }, t) {
  const [first, second] = assignment.readers;
  return [
    el('h1', {}, t('title')),
    el('a', { class: 'code', href: patientPage(study.pseudonym) }, study.pseudonym),
    el('span', { class: 'muted' }, [study.modalities.join(' + '), day(study.study_date), assignment.protocol_name].filter(Boolean).join(' · ')),
    el('span', { class: 'muted' }, t('whoReads', { first, second, adjudicator: assignment.adjudicator })),
    el('span', { class: 'spring' }),
    el('a', { class: 'button', href: viewer(study.study_instance_uid) }, t('images')),
  ];
}

/** Children of the foot, while it can be decided. `left`: how many items are open. */
export function footOf({ keeper, left, sign }, t) {
  const tool = (act, mark, enabled) => el('button', { type: 'button', class: 'quiet icon', dataset: { act }, 'aria-label': t(act), title: t(act), disabled: !enabled, onclick: () => keeper[act]() }, mark);
  return [
    tool('undo', '↶', keeper.canUndo), tool('redo', '↷', keeper.canRedo),
    el('p', { class: `kept chip ${keeper.isKept ? '' : 'warning'}`, role: 'status' }, keeper.isTouched ? t(keeper.isKept ? 'kept' : 'notKept') : ''),
    el('p', { class: 'left' }, left ? t('leftInAll', { count: left }) : t('nothingLeft')),
    el('button', { type: 'button', class: 'primary sign', dataset: { act: 'sign' }, onclick: sign }, t('sign'), el('kbd', { 'aria-hidden': 'true' }, 'Ctrl ⏎')),
  ];
}
