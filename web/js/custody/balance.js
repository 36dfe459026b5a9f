// That everything sent is accounted for: by association, and for one study.

import { ApiError, get, withQuery } from '/workbench/js/api.js';
import { bars } from '/workbench/js/bars.js';
import { equation, verdict, whereNow } from '/workbench/js/custody/equation.js';
import { reasonName } from '/workbench/js/custody/reasons.js';
import { el, fill } from '/workbench/js/dom.js';
import { moment, number, words } from '/workbench/js/i18n.js';
import { choice } from '/workbench/js/start/filters.js';
import { empty, failure, sentence, waiting } from '/workbench/js/states.js';
import custodyWords from '/workbench/words/custody.js';

const t = words(custodyWords);
const DAYS = [1, 7, 30, 365];
const COUNTS = ['received', 'stored', 'duplicates', 'quarantined', 'refused'];

export class Balance {
  constructor({ showReason }) {
    this.showReason = showReason;
    this.days = 7;
    this.found = null;
    this.study = null;
    this.trouble = null;
    this.studySaid = el('p', { class: 'said', role: 'status' });
    this.uid = el('input', { id: 'study-uid', class: 'code', required: true, maxlength: 64, size: 44, pattern: '[0-9.]+', autocomplete: 'off', spellcheck: 'false' });
    this.studyPart = el('div', {});
    this.content = el('div', { class: 'custody-part' });
    this.element = el('div', { class: 'custody-part' });
  }

  async begin() {
    this.draw();
    await this.#load();
  }

  async #load() {
    try {
      this.found = (await get(`/custody/associations?days=${this.days}`)).body;
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
    this.#drawFound();
  }

  draw() {
    const change = (value) => {
      this.days = Number(value);
      this.#load();
    };
    this.#drawStudy();
    this.#drawFound();
    fill(
      this.element,
      el('div', { class: 'filters' }, choice({ name: 'days', label: t('period'), value: String(this.days), options: DAYS.map((days) => [String(days), t('lastDays', { count: days })]), change })),
      this.content,
      el('section', { class: 'card' }, el('h2', {}, t('oneStudy')),
        el('form', { class: 'row', onsubmit: (event) => this.#look(event) }, el('label', { for: 'study-uid' }, t('studyUid')), this.uid, el('button', {}, t('look'))),
        this.studySaid, this.studyPart),
    );
  }

  // The form below it stays where it is: what is typed while the balance is on its way is not lost.
  #drawFound() {
    fill(this.content, this.trouble ? failure(this.trouble, () => this.#load()) : this.found ? this.#shown() : waiting());
  }

  #shown() {
    const { found } = this;
    return [
      equation(found.total),
      found.complete ? null : el('p', { class: 'muted' }, t('notComplete')),
      el('div', { class: 'custody-top' }, this.#quarantine(), this.#rejected()),
      el('section', {}, el('h2', {}, t('associations')), found.items.length ? this.#table() : empty(t('nothingCame'), t('nothingCameDetail'))),
    ];
  }

  #table() {
    return el('div', { class: 'list scrolls', tabindex: 0, role: 'region', 'aria-label': t('associations') }, el('table', { 'aria-label': t('associations') },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t('opened')), el('th', { scope: 'col' }, t('caller')), COUNTS.map((name) => el('th', { scope: 'col' }, t(`term_${name}`))), el('th', { scope: 'col' }, t('now')), el('th', { scope: 'col' }, t('balance')))),
      el('tbody', {}, this.found.items.map((each) => this.#row(each)))));
  }

  #row(association) {
    const { balance } = association;
    const reasons = Object.entries(association.reasons).flatMap(([, counts]) => Object.entries(counts)).map(([reason, count]) => `${number(count)} ${reasonName(reason)}`);
    return el('tr', { dataset: { association: association.association_id } },
      el('td', { class: 'number' }, association.opened_at ? moment(association.opened_at) : el('span', { class: 'muted' }, t('notClosed')), el('div', { class: 'fine code' }, association.association_id),
        association.outcome && association.outcome !== 'released' ? el('div', { class: 'fine' }, t(`outcome_${association.outcome}`)) : null),
      el('td', {}, association.calling_ae_title ?? '', el('div', { class: 'fine number' }, association.peer_address ?? '')),
      COUNTS.map((name) => el('td', { class: 'number' }, balance.counted ? number(balance.counted[name]) : '·', name === 'quarantined' && reasons.length ? el('div', { class: 'fine' }, reasons.join(', ')) : null)),
      el('td', { class: 'reasons' }, whereNow(balance.now)),
      el('td', {}, verdict(balance)));
  }

  #quarantine() {
    const items = Object.entries(this.found.quarantine).sort(([, one], [, other]) => other - one);
    return el('figure', { class: 'plot' }, el('figcaption', {}, t('quarantineNow')),
      items.length ? [bars(t('quarantineNow'), items.map(([reason, count]) => ({ label: reasonName(reason), count, tone: 'warning' }))), el('button', { class: 'quiet', onclick: () => this.showReason('') }, t('seeQuarantine'))] : el('p', { class: 'muted' }, t('nothingKept')));
  }

  #rejected() {
    const { rejected } = this.found;
    if (!rejected.length) return null;
    return el('section', { class: 'plot' }, el('h3', {}, t('rejected')), el('ul', { class: 'plain' }, rejected.slice(0, 20).map((each) => el('li', {}, el('b', { class: 'number' }, `${number(each.count)} × `), `${each.calling_ae_title || t('others')} ${each.peer_address} `, el('span', { class: 'muted' }, `${reasonName(each.reason)}, ${moment(each.hour)}`)))));
  }

  async #look(event) {
    event.preventDefault();
    const uid = this.uid.value.trim();
    this.study = null;
    fill(this.studySaid);
    try {
      this.study = (await get(withQuery(`/custody/studies/${encodeURIComponent(uid)}`, {}))).body;
    } catch (error) {
      const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 422);
      fill(this.studySaid, isUnknown ? t('unknownStudy') : sentence(error));
    }
    this.#drawStudy();
  }

  #drawStudy() {
    const { study } = this;
    fill(this.studyPart, study ? el('div', { class: 'custody-part' }, el('p', {}, el('span', { class: 'code' }, study.pseudonym ?? t('nobody')), ' ', verdict(study.balance)), study.balance.counted ? equation(study.balance.counted) : el('p', { class: 'muted' }, t('notCounted')), el('p', {}, whereNow(study.balance.now))) : null);
  }
}
