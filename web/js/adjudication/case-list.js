// The lesions of the study, each with what is still open of it.

import { el } from '/workbench/js/dom.js';
import { named } from '/workbench/js/i18n.js';
import { isDismissed, lesionSide, loneSide, openOf } from '/workbench/js/adjudication/cases.js';

export function caseList(cases, chosen, { t, reasonOf, readOnly, open }) {
  return el('ul', { class: 'lesions' }, cases.map((each) => el('li', {}, entry(each, each.key === chosen, { t, reasonOf, readOnly, open }))));
}

function entry(each, isChosen, { t, reasonOf, readOnly, open }) {
  const left = openOf(each, reasonOf).length;
  const label = each.state.label ?? [...new Set([each.first, each.second].filter(Boolean).map((reading) => reading.lesion_label))].join(' ');
  const [tone, text] = isDismissed(each) ? ['', t('dismissed')] : readOnly ? ['ok', t('counted')] : left ? ['warning', t('left', { count: left })] : ['ok', t('ready')];
  return el(
    'button',
    { type: 'button', class: 'lesion', 'aria-current': isChosen ? 'true' : null, dataset: { case: label }, onclick: () => open(each.key) },
    el('span', { class: 'label code' }, label),
    el('span', { class: 'place' }, named(each[lesionSide(each) ?? 'first'].site), loneSide(each) ? el('span', { class: 'fine one' }, t('oneOnly')) : null),
    el('span', { class: `chip ${tone}` }, text),
  );
}
