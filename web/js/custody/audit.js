// Who saw, changed and fetched what; and whether the log is as it was written.

import { get, withQuery } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { moment, number, words } from '/workbench/js/i18n.js';
import { asked, choice, dayField, remember } from '/workbench/js/start/filters.js';
import { PagedList } from '/workbench/js/start/paged-list.js';
import { empty, failure } from '/workbench/js/states.js';
import custodyWords from '/workbench/words/custody.js';

const t = words(custodyWords);
const NAMES = ['patient', 'actor', 'action', 'since', 'until'];
const ACTIONS = ['viewed', 'listed', 'exported', 'created', 'changed', 'signed', 'removed', 'uploaded', 'revoked', 'signed_in', 'signed_out', 'refused'];

export class Audit {
  constructor() {
    this.asked = asked(NAMES);
    this.state = null;
    this.trouble = null;
    this.verification = el('section', { class: 'card', 'aria-live': 'polite' });
    this.form = el('form', { class: 'audit-search', onsubmit: (event) => this.#search(event) });
    this.list = new PagedList({
      load: ({ limit, cursor, signal }) => this.#load({ limit, cursor, signal }),
      head: () => ['at', 'actor', 'action', 'what', 'patient', 'from', 'number'].map((each) => t(`head_${each}`)),
      row,
      key: (each) => String(each.number),
      nothing: () => empty(t('noEntry'), t('noEntryDetail')),
      more: () => t('more'),
      label: () => t('tab_audit'),
    });
    this.element = el('div', { class: 'custody-part' }, this.verification, this.form, this.list.element);
  }

  async begin() {
    this.draw();
    await Promise.all([this.list.reload(), this.verify()]);
  }

  async verify() {
    this.state = null;
    this.trouble = null;
    this.#drawVerification();
    try {
      this.state = (await get('/audit/verification')).body;
    } catch (error) {
      this.trouble = error;
    }
    this.#drawVerification();
  }

  draw() {
    this.#drawVerification();
    this.#drawForm();
    this.list.draw();
  }

  #drawVerification() {
    const { state } = this;
    const again = el('button', { type: 'button', onclick: () => this.verify() }, t('verifyAgain'));
    fill(
      this.verification,
      this.trouble ? failure(this.trouble, () => this.verify()) : state === null ? el('p', { class: 'muted' }, t('verifying')) : [
        el('div', { class: 'row' }, el('span', { class: `chip ${state.whole ? 'ok' : 'danger'}` }, t(state.whole ? 'whole' : 'broken')), el('span', {}, state.whole ? t('wholeDetail', { count: state.entries, number: number(state.entries) }) : t('brokenDetail', { number: state.first_broken })), again),
        state.whole ? el('p', { class: 'fine' }, t('keepHead'), ' ', el('code', { class: 'digest' }, state.head)) : null,
      ],
    );
  }

  #drawForm() {
    const text = (name) => {
      const box = el('input', { id: `filter-${name}`, name, value: this.asked[name], autocomplete: 'off', spellcheck: 'false' });
      return el('div', { class: 'filter' }, el('label', { for: box.id }, t(`filter_${name}`)), box);
    };
    fill(
      this.form,
      text('patient'),
      text('actor'),
      choice({ name: 'action', label: t('head_action'), value: this.asked.action, change: () => {}, options: [['', t('anyAction')], ...ACTIONS.map((each) => [each, actionName(each)])] }),
      dayField({ name: 'since', label: t('filter_since'), value: this.asked.since, change: () => {} }),
      dayField({ name: 'until', label: t('filter_until'), value: this.asked.until, change: () => {} }),
      el('button', { class: 'primary' }, t('search')),
    );
  }

  #search(event) {
    event.preventDefault();
    const given = new FormData(this.form);
    this.asked = Object.fromEntries(NAMES.map((name) => [name, String(given.get(name) ?? '').trim()]));
    remember({ view: 'audit', ...this.asked });
    this.list.reload();
  }

  async #load({ limit, cursor, signal }) {
    const { since, until, ...others } = this.asked;
    // A day is the day of who asks; the last one is meant with it.
    const begin = since && new Date(`${since}T00:00:00`).toISOString();
    const end = until && new Date(new Date(`${until}T00:00:00`).getTime() + 86400000).toISOString();
    return (await get(withQuery('/audit', { ...others, since: begin, until: end, limit, cursor }), { signal })).body;
  }
}

function actionName(action) {
  const key = `action_${action}`;
  const said = t(key);
  return said === key ? action.replaceAll('_', ' ') : said;
}

function row(each) {
  return el('tr', {},
    el('td', { class: 'number' }, moment(each.at)),
    el('td', {}, each.actor ?? el('span', { class: 'muted' }, t('nobodySignedIn')), el('div', { class: 'fine' }, each.roles.join(', '))),
    el('td', {}, el('span', { class: `chip ${each.outcome === 'refused' ? 'danger' : ''}` }, actionName(each.action))),
    el('td', {}, each.kind ?? '', each.object_id ? el('div', { class: 'fine code' }, each.object_id) : null),
    el('td', { class: 'code' }, each.pseudonym ?? ''),
    el('td', {}, el('span', { class: 'fine code' }, each.via ?? ''), el('div', { class: 'fine number' }, each.address ?? '')),
    el('td', { class: 'number muted' }, number(each.number)));
}
