// The worklist: what there is to read, for whom, and what to do next.

import { adjudicationPage, patientPage, viewer } from '/workbench/js/addresses.js';
import { all, get, withQuery } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, moment, number, words } from '/workbench/js/i18n.js';
import { empty } from '/workbench/js/states.js';
import { asked, choice, dayField, remember } from '/workbench/js/start/filters.js';
import { MODALITIES } from '/workbench/js/start/modalities.js';
import { PagedList } from '/workbench/js/start/paged-list.js';
import startWords from '/workbench/words/start.js';

const t = words(startWords);
const STATES = ['to_adjudicate', 'draft', 'unread', 'signed', 'adjudicated'];
const TONES = { to_adjudicate: 'danger', draft: 'warning', unread: 'info', signed: 'ok', adjudicated: 'ok' };
const NAMES = ['state', 'protocol_id', 'modality', 'reader', 'from_date', 'to_date', 'sort'];
const DEFAULTS = { reader: 'me', sort: 'state' };

export class Worklist {
  constructor() {
    this.asked = asked(NAMES, DEFAULTS);
    this.counts = null;
    this.next = undefined; // not known yet; null: nothing waits
    this.protocols = null;
    this.readers = new Set();
    this.tabs = el('div', { class: 'tabs', role: 'group' });
    this.filters = el('div', { class: 'filters' });
    this.order = el('div', { class: 'order' });
    this.nextCard = el('aside', { class: 'next', 'aria-live': 'polite' });
    this.list = new PagedList({
      load: (wanted) => this.#load(wanted),
      head: () => ['state', 'patient', 'date', 'modalities', 'protocol', 'reader', 'open'].map((each) => t(`head_${each}`)),
      row: (item) => this.#row(item),
      key: (item) => `${item.assignment_id} ${item.reader}`,
      nothing: () => this.#nothing(),
      more: () => t('more'),
      label: () => t('worklist'),
    });
    this.element = el('div', { class: 'worklist' }, this.nextCard, el('div', { class: 'bar' }, this.tabs, this.order), this.filters, this.list.element);
  }

  async begin() {
    this.draw();
    await this.refresh({ keep: false });
  }

  /** What one can filter by; where they did not come, they are asked for at the next look. */
  async #askProtocols() {
    if (this.protocols) return;
    this.protocols = await all('/protocols').catch(() => null);
    if (this.protocols) this.#drawFilters();
  }

  draw() {
    this.#drawTabs();
    this.#drawFilters();
    this.#drawNext();
    this.list.draw();
  }

  /** Counts, what is next, and the list, as they are now. */
  async refresh({ keep = true } = {}) {
    const { asked: now } = this;
    const { state, sort, ...filters } = now;
    const { reader, ...others } = filters;
    const asideOf = (path, query) =>
      get(withQuery(path, query)).then(
        (answer) => answer.body,
        () => null,
      );
    const [counts, next] = await Promise.all([
      asideOf('/worklist/counts', filters),
      asideOf('/worklist/next', reader && reader !== 'me' ? filters : others),
      this.list.reload({ keep }),
      this.#askProtocols(),
    ]);
    if (now !== this.asked) return; // another filter by now, which has its own
    this.counts = counts ?? this.counts;
    this.next = next ? next.item : this.next;
    this.#drawTabs();
    this.#drawNext();
  }

  async #load({ limit, cursor, signal }) {
    const { body } = await get(withQuery('/worklist', { ...this.asked, limit, cursor }), { signal });
    for (const item of body.items) this.readers.add(item.reader);
    return body;
  }

  #change(name, value) {
    this.asked = { ...this.asked, [name]: value };
    remember(this.asked, DEFAULTS);
    this.#drawTabs();
    this.refresh({ keep: false });
  }

  #drawTabs() {
    const total = this.counts && STATES.reduce((sum, state) => sum + this.counts[state], 0);
    const tab = (state, count) =>
      el(
        'button',
        { 'aria-pressed': String(this.asked.state === state), onclick: () => this.#change('state', state), dataset: { state } },
        t(state ? `state_${state}` : 'all'),
        el('span', { class: 'count number' }, count === null ? '·' : number(count)),
      );
    const focused = this.tabs.querySelector(':focus')?.dataset.state;
    this.tabs.setAttribute('aria-label', t('head_state'));
    fill(this.tabs, tab('', total), STATES.map((state) => tab(state, this.counts ? this.counts[state] : null)));
    if (focused !== undefined) this.tabs.querySelector(`[data-state="${focused}"]`).focus();
  }

  #drawFilters() {
    const { asked: now } = this;
    const change = (name) => (value) => this.#change(name, value);
    const others = [...this.readers].sort().map((each) => [each, each]);
    if (now.reader && now.reader !== 'me' && !this.readers.has(now.reader)) others.unshift([now.reader, now.reader]);
    fill(
      this.filters,
      choice({ name: 'reader', label: t('head_reader'), value: now.reader, change: change('reader'), options: [['me', t('mine')], ['', t('everybody')], ...others] }),
      choice({ name: 'protocol_id', label: t('head_protocol'), value: now.protocol_id, change: change('protocol_id'), options: [['', t('any_protocol')], ...(this.protocols ?? []).map((each) => [each.protocol_id, each.name])] }),
      choice({ name: 'modality', label: t('head_modality'), value: now.modality, change: change('modality'), options: [['', t('any_modality')], ...MODALITIES.map((each) => [each, each])] }),
      dayField({ name: 'from_date', label: t('from'), value: now.from_date, change: change('from_date') }),
      dayField({ name: 'to_date', label: t('to'), value: now.to_date, change: change('to_date') }),
    );
    fill(
      this.order,
      choice({ name: 'sort', label: t('sort'), value: now.sort, change: change('sort'), options: ['state', 'newest', 'oldest'].map((each) => [each, t(`sort_${each}`)]) }),
    );
  }

  #drawNext() {
    const { next } = this;
    fill(
      this.nextCard,
      next
        ? [
            el('div', { class: 'what' },
              el('span', { class: 'muted' }, t(next.state === 'to_adjudicate' ? 'nextToAdjudicate' : next.state === 'draft' ? 'nextToFinish' : 'nextToRead')),
              el('strong', { class: 'code' }, next.pseudonym),
              el('span', { class: 'muted' }, [next.modalities.join(' + '), day(next.study_date), next.protocol_name].filter(Boolean).join(' · ')),
            ),
            el('a', { class: 'button primary', href: taskAddress(next) }, t(next.state === 'to_adjudicate' ? 'adjudicate' : 'read'), el('kbd', {}, 'n')),
          ]
        : el('p', { class: 'muted' }, next === null ? t('nothingNext') : '…'),
    );
  }

  #row(item) {
    return el(
      'tr',
      {},
      el('td', {}, el('span', { class: `chip ${TONES[item.state]}` }, t(`state_${item.state}`))),
      el('td', {}, el('a', { class: 'code', href: patientPage(item.pseudonym) }, item.pseudonym)),
      el('td', { class: 'number' }, day(item.study_date) || el('span', { class: 'muted' }, t('undated'))),
      el('td', {}, item.modalities.map((each) => el('span', { class: 'chip' }, each))),
      el('td', {}, item.protocol_name, item.kind === 'double_blind' ? el('span', { class: 'blind', title: t('blindHelp') }, t('blind')) : null),
      el('td', {}, item.reader, item.role === 'adjudicator' ? el('span', { class: 'muted' }, ` (${t('adjudicator')})`) : null,
        item.signed_at ? el('div', { class: 'fine' }, t('signedAt', { when: moment(item.signed_at) })) : null),
      el('td', { class: 'go' }, el('a', { class: 'main button', href: taskAddress(item), 'aria-label': `${t(taskWord(item))}: ${item.pseudonym}` }, t(taskWord(item)))),
    );
  }

  #nothing() {
    if (this.list.items.length) return empty(t('noMatch'), t('noMatchDetail'));
    const isRestricted = NAMES.some((name) => name !== 'sort' && this.asked[name] !== (DEFAULTS[name] ?? ''));
    return isRestricted ? empty(t('noneFiltered'), t('noneFilteredDetail')) : empty(t('none'), t('noneDetail'));
  }
}

function taskWord(item) {
  if (item.state === 'to_adjudicate') return 'adjudicate';
  return item.state === 'signed' || item.state === 'adjudicated' ? 'look' : 'read';
}

export function taskAddress(item) {
  return item.state === 'to_adjudicate' ? adjudicationPage(item.assignment_id) : viewer(item.study_instance_uid);
}
