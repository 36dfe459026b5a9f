// What a question finds: how much, and what it is made of.

import { bars } from '/workbench/js/bars.js';
import { el, fill } from '/workbench/js/dom.js';
import { number, words } from '/workbench/js/i18n.js';
import { size } from '/workbench/js/sizes.js';
import { failure } from '/workbench/js/states.js';
import researchWords from '/workbench/words/research.js';

const t = words(researchWords);
const MOST = 8;
const COUNTS = ['patients', 'studies', 'readings', 'series', 'objects', 'bytes'];
// What readers ask for first.
const LEADING = ['sins', 'mirels'];

export class Findings {
  constructor(catalogue) {
    this.catalogue = catalogue;
    this.counts = null;
    this.made = null;
    this.trouble = null;
    this.refusals = [];
    this.isAsking = false;
    this.element = el('section', { class: 'findings', 'aria-label': t('found') });
    this.draw();
  }

  /** `refusals`: what is wrong with the question, while it is being put together. */
  show({ counts = this.counts, made = this.made, trouble = null, refusals = [], isAsking = false }) {
    Object.assign(this, { counts, made, trouble, refusals, isAsking });
    this.draw();
  }

  draw() {
    const { counts, made } = this;
    this.element.setAttribute('aria-busy', String(this.isAsking));
    this.element.setAttribute('aria-label', t('found'));
    fill(
      this.element,
      el('div', { role: 'status' }, el('dl', { class: 'counts' }, COUNTS.map((name) => el('div', {}, el('dt', {}, t(`count_${name}`)), el('dd', { class: 'number', dataset: { count: name } }, counts ? (name === 'bytes' ? size(counts.bytes) : number(counts[name])) : '·'))))),
      counts && !counts.patients ? el('p', { class: 'muted' }, t('emptyCohort')) : null,
      this.trouble ? failure(this.trouble) : null,
      this.refusals.length ? el('ul', { class: 'refusals', role: 'alert' }, this.refusals.map((each) => el('li', {}, each))) : null,
      made && counts?.patients ? this.#plots() : null,
    );
  }

  #plots() {
    const { made, catalogue } = this;
    const isDecided = (each) => each.bands.some((band) => band.value !== null);
    const rank = (each) => (LEADING.includes(each.instrument) ? LEADING.indexOf(each.instrument) : LEADING.length);
    const scores = made.scores.filter(isDecided).sort((one, other) => rank(one) - rank(other));
    const others = made.scores.filter((each) => !isDecided(each));
    return [
      this.#plot(t('plot_bones'), made.bones, (value) => catalogue.value('bone', value)),
      this.#plot(t('plot_lesion_types'), made.lesion_types, (value) => catalogue.value('lesion_type', value)),
      scores.map((each) => this.#plot(catalogue.instrument(each.instrument), each.bands, (value) => (value === null ? t('notDecided') : catalogue.value(each.instrument, value)))),
      others.length ? el('p', { class: 'fine' }, t('nothingDecided', { scores: others.map((each) => catalogue.instrument(each.instrument)).join(', ') })) : null,
      this.#plot(t('plot_primary_tumours'), made.primary_tumours, (value) => catalogue.value('primary_tumour', value)),
      this.#plot(t('plot_modalities'), made.modalities, (value) => value ?? t('notKnown')),
    ];
  }

  #plot(name, shares, called) {
    if (!shares.length) return null;
    const shown = shares.length > MOST ? shares.slice(0, MOST - 1) : shares;
    const rest = shares.slice(shown.length).reduce((sum, each) => sum + each.count, 0);
    const total = shares.reduce((sum, each) => sum + each.count, 0);
    const items = shown.map((each) => ({ label: called(each.value), count: each.count, tone: each.value === null ? 'unknown' : '' }));
    if (rest) items.push({ label: t('others', { count: shares.length - shown.length }), count: rest, tone: 'unknown' });
    return el('figure', { class: 'plot' }, el('figcaption', {}, name), bars(name, items, { total }));
  }
}
