// The seven points at a glance: a box each, filled as far as it is said.

import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import meetingWords from '/workbench/words/meeting.js';

const t = words(meetingWords);

/** `said`: 'said', 'partly' or 'not_said' of each point. */
export function boxes(said) {
  const count = (wanted) => said.filter((each) => each === wanted).length;
  const text = t('points', { said: count('said'), partly: count('partly') });
  return el('span', { class: 'boxes', role: 'img', 'aria-label': text, title: text }, said.map((each, place) => el('i', { class: each }, place + 1)));
}

export function box(point) {
  return el('i', { class: `box ${point.said}`, title: t(`said_${point.said}`) }, point.number);
}
