// The lesions of the patient, each with how it stands on this study.

import { el } from '/workbench/js/dom.js';
import { named } from '/workbench/js/i18n.js';

const TONES = { unread: '', draft: 'info', carried: 'warning', signed: 'ok', resolved: '' };

export function lesionList(rows, chosen, t, open) {
  return el('ul', { class: 'lesions' }, rows.map((row) => el('li', {}, entry(row, chosen, t, open))));
}

function entry(row, chosen, t, open) {
  const { lesion, state, unsaved } = row;
  const isOpen = lesion.lesion_id === chosen;
  return el(
    'button',
    { type: 'button', class: 'lesion', 'aria-current': isOpen ? 'true' : null, dataset: { lesion: lesion.label }, onclick: () => open(row) },
    el('span', { class: 'label code' }, lesion.label),
    el('span', { class: 'place' }, named(lesion.site)),
    el('span', { class: `chip ${unsaved ? 'warning' : TONES[state]}` }, unsaved ? t('state_unsaved') : t(`state_${state}`)),
  );
}
