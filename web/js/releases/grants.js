// Who may have a release, until when; given and taken back.

import { ApiError, del, get, put } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { moment, words } from '/workbench/js/i18n.js';
import { sentence } from '/workbench/js/states.js';
import releasesWords from '/workbench/words/releases.js';

const t = words(releasesWords);
const DAYS = 365;

export class Grants {
  constructor(number) {
    this.path = `/releases/${number}/grants`;
    this.items = [];
    this.said = el('p', { class: 'said', role: 'status' });
    this.account = el('input', { id: 'grant-account', required: true, maxlength: 100, autocomplete: 'off', spellcheck: 'false' });
    this.days = el('input', { id: 'grant-days', type: 'number', min: 1, max: 3660, value: String(DAYS), required: true });
    this.element = el('section', { class: 'card grants' });
  }

  async begin() {
    try {
      this.items = (await get(this.path)).body.items;
    } catch (error) {
      fill(this.said, sentence(error));
    }
    this.draw();
  }

  draw() {
    fill(
      this.element,
      el('h3', {}, t('grants')),
      el('form', { class: 'row', onsubmit: (event) => this.#grant(event) },
        el('label', { for: 'grant-account' }, t('account')), this.account,
        el('label', { for: 'grant-days' }, t('days')), this.days,
        el('button', { class: 'primary' }, t('grant'))),
      this.said,
      this.items.length ? this.#table() : el('p', { class: 'muted' }, t('noGrants')),
    );
  }

  #table() {
    return el('table', { 'aria-label': t('grants') },
      el('thead', {}, el('tr', {}, ['account', 'until', 'by', 'act'].map((each) => el('th', { scope: 'col' }, t(`grant_${each}`))))),
      el('tbody', {}, this.items.map((each) => this.#row(each))));
  }

  #row(grant) {
    const isOver = Boolean(grant.revoked_at) || Date.parse(grant.expires_at) < Date.now();
    return el('tr', { class: isOver ? 'over' : null },
      el('td', {}, grant.account),
      el('td', { class: 'number' }, grant.revoked_at ? t('revokedAt', { when: moment(grant.revoked_at) }) : moment(grant.expires_at)),
      el('td', {}, grant.granted_by),
      el('td', {}, isOver ? el('span', { class: 'muted' }, t('over')) : el('button', { onclick: () => this.#revoke(grant.account) }, t('revoke'))));
  }

  #grant(event) {
    event.preventDefault();
    return this.#change(() => put(`${this.path}/${encodeURIComponent(this.account.value.trim())}`, { days: Number(this.days.value) }), () => {
      const account = this.account.value.trim();
      this.account.value = '';
      return t('granted', { account });
    });
  }

  #revoke(account) {
    return this.#change(() => del(`${this.path}/${encodeURIComponent(account)}`), () => t('revoked', { account }));
  }

  async #change(ask, done) {
    try {
      await ask();
      const said = done();
      await this.begin();
      fill(this.said, said);
    } catch (error) {
      fill(this.said, error instanceof ApiError && error.status === 404 ? t('noAccount') : sentence(error));
    }
  }
}
