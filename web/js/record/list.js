// The record as a time line: every form, and below it what was entered of it, the newest first.

import { said } from '/workbench/js/record/dictionary.js';
import { dateOf, ofForm } from '/workbench/js/record/load.js';
import { dateWords, summary } from '/workbench/js/record/wording.js';
import { formOfLeft } from '/workbench/js/record/keeper.js';
import { el } from '/workbench/js/dom.js';
import { moment, number, words } from '/workbench/js/i18n.js';
import recordWords from '/workbench/words/record.js';

const t = words(recordWords);

/**
 * `record`: {known, entries}; `left`: what is kept in this browser only; `shown`: {entryId, form, left} that is open;
 * `on`: {open(entryId), add(form), takeUp(left)}; `mayWrite`.
 */
export function recordList({ record, left, shown, mayWrite, on }) {
  const forms = [...record.known.forms.values()];
  return el('div', { class: 'record-list' }, forms.map((form, at) => section({ form, at, record, left, shown, mayWrite, on })));
}

function section({ form, at, record, left, shown, mayWrite, on }) {
  const entries = ofForm(form, record.entries);
  const kept = left.filter((each) => formOfLeft(each) === form.name);
  const isFull = !form.key.length && entries.length > 0;
  return el(
    'section',
    { class: 'of-form', dataset: { form: form.name }, 'aria-label': said(form) },
    el('div', { class: 'form-head' }, el('h2', {}, said(form)), form.key.length ? el('span', { class: 'muted number' }, number(entries.length)) : null,
      mayWrite && !isFull ? el('button', { type: 'button', class: 'quiet add', 'aria-label': t('addOf', { form: said(form) }), 'aria-current': shown.form === form.name && !shown.entryId && !shown.left ? 'true' : null, onclick: () => on.add(form.name) }, '+ ', t('add'), el('kbd', { 'aria-hidden': 'true' }, at + 1)) : null),
    entries.length || kept.length
      ? el('ol', { class: 'entries' }, kept.map((each) => leftRow(each, form, shown, on)), entries.map((entry) => row(entry, form, shown, on)))
      : el('p', { class: 'fine' }, t('nothingOf')),
  );
}

function row(entry, form, shown, on) {
  const name = dateOf(form);
  const when = name ? entry.values[name] : null;
  return el(
    'li',
    { class: entry.state },
    el('button', { type: 'button', class: 'entry', dataset: { entry: entry.entry_id }, 'aria-current': shown.entryId === entry.entry_id ? 'true' : null, onclick: () => on.open(entry.entry_id) },
      el('span', { class: 'when number' }, when ? dateWords(when) : name ? t('undated') : said(form)),
      el('span', { class: 'chips' },
        entry.state === 'draft' ? el('span', { class: 'chip warning' }, t('state_draft')) : null,
        entry.flags.length ? el('span', { class: 'chip warning' }, t('flagCount', { count: entry.flags.length })) : null),
      el('span', { class: 'what fine' }, summary(form, entry.values, name))),
  );
}

function leftRow(left, form, shown, on) {
  const { values, at } = left.record;
  const when = values[dateOf(form)];
  return el(
    'li',
    { class: 'left' },
    el('button', { type: 'button', class: 'entry', dataset: { left: left.name }, 'aria-current': shown.left === left.name ? 'true' : null, onclick: () => on.takeUp(left) },
      el('span', { class: 'when number' }, when ? dateWords(when) : t('undated')),
      el('span', { class: 'chips' }, el('span', { class: 'chip danger' }, t('saved_edited'))),
      el('span', { class: 'what fine' }, t('keptSince', { when: moment(at) }))),
  );
}
