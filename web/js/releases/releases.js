// Releases: which there are, one of them in full, and making a new one for those who may.

import { all } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { moment, number, words } from '/workbench/js/i18n.js';
import { Making } from '/workbench/js/releases/making.js';
import { Release, stateChip } from '/workbench/js/releases/release.js';
import { has } from '/workbench/js/session.js';
import { empty, failure, waiting } from '/workbench/js/states.js';
import releasesWords from '/workbench/words/releases.js';

const t = words(releasesWords);

export class Releases {
  /** `page`: the address of the page that this is a view of. */
  constructor(page) {
    this.page = page;
    this.items = null;
    this.trouble = null;
    this.shown = null;
    this.manages = has('custodian') || has('administrator');
    this.aside = el('nav', { class: 'release-list' });
    this.detail = el('div', { class: 'release-detail' });
    this.element = el('div', { class: 'releases-grid' }, this.aside, this.detail);
  }

  async begin() {
    const asked = new URLSearchParams(location.search);
    await this.reload();
    if (asked.has('release') && this.manages) this.make(asked.get('release'));
    else if (this.items?.length) this.open(Number(asked.get('number')) || this.items[0].number);
    else this.draw();
  }

  async reload() {
    try {
      this.items = await all('/releases?limit=200');
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
    this.#drawList();
  }

  open(number) {
    this.shown?.end?.();
    this.#remember({ number });
    this.shown = new Release(number, { changed: (release) => this.#changed(release), manages: this.manages });
    fill(this.detail, this.shown.element);
    this.#drawList();
    this.shown.begin();
  }

  make(cohort = '') {
    this.shown?.end?.();
    this.#remember({ release: cohort || 'new' });
    this.shown = new Making(cohort === 'new' ? '' : cohort, async (begun) => {
      await this.reload();
      this.open(begun.number);
    });
    fill(this.detail, this.shown.element);
    this.#drawList();
    this.shown.begin();
  }

  end() {
    this.shown?.end?.();
  }

  draw() {
    this.#drawList();
    if (this.shown) this.shown.draw();
    else fill(this.detail, this.items ? empty(t(this.manages ? 'none' : 'noneGranted'), t(this.manages ? 'noneDetail' : 'noneGrantedDetail')) : null);
  }

  #remember(query) {
    const asked = new URLSearchParams(location.search);
    for (const name of ['number', 'release']) asked.delete(name);
    for (const [name, value] of Object.entries(query)) asked.set(name, value);
    history.replaceState(null, '', `${this.page}?${asked}`);
  }

  #changed(release) {
    this.items = this.items?.map((each) => (each.number === release.number ? release : each));
    this.#drawList();
  }

  #drawList() {
    this.aside.setAttribute('aria-label', t('releases'));
    const making = this.shown instanceof Making;
    fill(
      this.aside,
      this.manages ? el('button', { class: making ? 'wide' : 'primary wide', 'aria-pressed': making ? 'true' : null, onclick: () => this.make() }, t('make')) : null,
      this.trouble ? failure(this.trouble, () => this.reload()) : this.items === null ? waiting() : el('ul', {}, this.items.map((each) => this.#entry(each))),
    );
  }

  #entry(release) {
    const isShown = this.shown instanceof Release && this.shown.number === release.number;
    return el('li', {}, el('button', { class: 'entry', 'aria-current': isShown ? 'true' : null, onclick: () => this.open(release.number) },
      el('span', { class: 'title' }, el('span', { class: 'number muted' }, release.number), ' ', release.name),
      stateChip(release.state),
      el('span', { class: 'fine' }, [moment(release.created_at), release.counts && t('patientCount', { count: release.counts.patients, number: number(release.counts.patients) })].filter(Boolean).join(' · '))));
  }
}
