// What a place shows while it waits, when it has nothing, and when something went wrong.

import { ApiError, Unreachable } from '/workbench/js/api.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import shellWords from '/workbench/words/shell.js';

const t = words(shellWords);

export function waiting() {
  return el('p', { class: 'state', role: 'status' }, el('span', { class: 'spinner', 'aria-hidden': 'true' }), t('waiting'));
}

/** Nothing is there, and that is no mistake. `ways`: links or buttons that lead on. */
export function empty(title, detail, ...ways) {
  return el('div', { class: 'state empty' }, el('p', { class: 'big' }, title), detail ? el('p', {}, detail) : null, ways);
}

/** Something went wrong; `again` tries once more. */
export function failure(error, again) {
  return el(
    'div',
    { class: 'state failed', role: 'alert' },
    el('p', { class: 'big' }, sentence(error)),
    error instanceof ApiError && error.problem.instance ? el('p', { class: 'fine' }, error.problem.instance) : null,
    again ? el('button', { onclick: again }, t('again')) : null,
  );
}

/** One sentence for people, in their language. */
export function sentence(error) {
  if (error instanceof Unreachable) return t('unreachable');
  if (!(error instanceof ApiError)) return t('unexpected');
  if (error.status === 403) return t('forbidden');
  if (error.status === 404) return t('notFound');
  if (error.status === 429) return t('tooMany', { minutes: Math.ceil((error.retryAfter || 60) / 60) });
  if (error.status >= 500) return t('unavailable');
  return t('refused', { detail: error.problem.detail || error.status });
}
