// Whether what was entered is on the server: said all the time, and loudly when it is not.

import { el, fill } from '/workbench/js/dom.js';

const TONES = { new: '', saved: 'ok', saving: '', waiting: 'warning', conflict: 'danger', identifying: 'warning', refused: 'danger', gone: 'danger' };

export function savedState(t) {
  const element = el('p', { class: 'saved chip', role: 'status', hidden: true });
  return {
    element,
    update(keeper) {
      const state = keeper ? keeper.state : 'new';
      element.className = `saved chip ${TONES[state]}`;
      element.dataset.state = state;
      element.hidden = state === 'new';
      const text = t(`saved_${state}`);
      if (element.textContent !== text) fill(element, text);
    },
  };
}

/** What to do about it, where there is something to do. */
export function trouble(keeper, t, on) {
  if (!keeper) return null;
  if (keeper.state === 'waiting') return notice('warning', t('waitingDetail'), keeper.isKept ? null : el('strong', {}, t('notKept')));
  if (keeper.state === 'gone') return notice('danger', t('goneDetail'), button(t('beginAgain'), on.beginAgain));
  if (keeper.state === 'conflict') return notice('danger', t('conflictDetail'), button(t('compare'), on.compare));
  if (keeper.state === 'identifying') return notice('warning', t('identifyingDetail'), button(t('look'), on.look));
  if (keeper.state === 'refused') return notice('danger', t('refusedDetail'), reasons(keeper.problem));
  return null;
}

function reasons(problem) {
  const errors = problem.errors?.length ? problem.errors.map((each) => `${each.pointer ?? ''} ${each.detail}`.trim()) : [problem.detail];
  return el('ul', {}, errors.map((each) => el('li', { lang: 'en' }, each)));
}

const button = (text, act) => el('button', { type: 'button', class: 'small', onclick: act }, text);
const notice = (tone, text, ...more) => el('div', { class: `notice ${tone}`, role: 'alert' }, el('p', {}, text), ...more);
