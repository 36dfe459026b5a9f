// What was set aside and why: kept, or released and destroyed on record. Whose it is nobody can tell here.

import { get, withQuery } from '/workbench/js/api.js';
import { command } from '/workbench/js/copying.js';
import { CONFLICTS, reasonName, REASONS, whatHelps } from '/workbench/js/custody/reasons.js';
import { el, fill } from '/workbench/js/dom.js';
import { moment, words } from '/workbench/js/i18n.js';
import { size } from '/workbench/js/sizes.js';
import { asked, choice, remember } from '/workbench/js/start/filters.js';
import { PagedList } from '/workbench/js/start/paged-list.js';
import { empty } from '/workbench/js/states.js';
import custodyWords from '/workbench/words/custody.js';

const t = words(custodyWords);
const NAMES = ['reason', 'decided'];

export class Quarantine {
  constructor() {
    this.asked = asked(NAMES);
    this.filters = el('div', { class: 'filters' });
    this.help = el('div', { class: 'custody-part' });
    this.list = new PagedList({
      load: ({ limit, cursor, signal }) => this.#load({ limit, cursor, signal }),
      head: () => ['received', 'reason', 'caller', 'study', 'size', this.asked.decided ? 'fate' : 'tried', 'id'].map((each) => t(`head_${each}`)),
      row: (each) => this.#row(each),
      key: (each) => each.quarantine_id,
      nothing: () => empty(t(this.asked.reason ? 'noneForReason' : 'nothingKept'), t('nothingKeptDetail')),
      more: () => t('more'),
      label: () => t('tab_quarantine'),
    });
    this.element = el('div', { class: 'custody-part' }, this.filters, this.help, this.list.element);
  }

  async begin() {
    this.draw();
    await this.list.reload();
  }

  draw() {
    fill(
      this.filters,
      choice({ name: 'reason', label: t('head_reason'), value: this.asked.reason, change: (reason) => this.#change({ reason }), options: [['', t('anyReason')], ...REASONS.map((each) => [each, reasonName(each)])] }),
      choice({ name: 'decided', label: t('which'), value: this.asked.decided, change: (decided) => this.#change({ decided }), options: [['', t('kept')], ['true', t('decided')]] }),
      el('span', { class: 'muted fine' }, t('conflicts')),
      CONFLICTS.map((reason) => el('button', { type: 'button', 'aria-pressed': String(this.asked.reason === reason), onclick: () => this.#change({ reason: this.asked.reason === reason ? '' : reason }) }, reasonName(reason))),
    );
    const { reason } = this.asked;
    fill(this.help,
      reason && whatHelps(reason) ? el('p', { class: 'card' }, el('b', {}, reasonName(reason)), ' ', whatHelps(reason)) : null,
      el('details', { class: 'what-helps' }, el('summary', {}, t('deciding')), el('p', { class: 'muted' }, t('decidingHelp')), command(reason ? `osteon quarantine list --reason ${reason}` : 'osteon quarantine list'), command('osteon quarantine show ID'), reason === 'study_conflict' ? command('osteon vault conflicts') : null));
    this.list.draw();
  }

  #change(values) {
    this.asked = { ...this.asked, ...values };
    remember({ view: 'quarantine', ...this.asked });
    this.draw();
    this.list.reload();
  }

  async #load({ limit, cursor, signal }) {
    return (await get(withQuery('/custody/quarantine', { ...this.asked, limit, cursor }), { signal })).body;
  }

  #row(each) {
    return el('tr', {},
      el('td', { class: 'number' }, moment(each.received_at)),
      el('td', {}, el('span', { class: `chip ${CONFLICTS.includes(each.reason) ? 'danger' : 'warning'}` }, reasonName(each.reason))),
      el('td', {}, each.calling_ae_title ?? '', el('div', { class: 'fine code' }, each.association_id)),
      el('td', { class: 'code' }, each.study_instance_uid ?? el('span', { class: 'muted' }, t('notReadable'))),
      el('td', { class: 'number' }, size(each.size)),
      el('td', {}, each.fate ? [el('span', { class: 'chip' }, t(`fate_${each.fate}`)), el('div', { class: 'fine' }, `${moment(each.fate_at)} · ${each.fate_by}: ${each.fate_reason}`)] : each.tried_reason ? `${reasonName(each.tried_reason)} · ${moment(each.tried_at)}` : ''),
      el('td', { class: 'code' }, each.quarantine_id));
  }
}
