// The lesions of the patient beside the form, and the field in which a new one gets its place.

import { el, fill } from '/workbench/js/dom.js';
import { lesionList } from '/workbench/js/panel/lesion-list.js';
import { siteBox } from '/workbench/js/panel/site-box.js';

export class LesionColumn {
  #site = null;

  /** `panel`: {mayWrite, rows, reading, places, open(row), opened(site): a place was chosen, left(): none was}. */
  constructor(panel, t) {
    Object.assign(this, { panel, t, isAdding: false, element: el('nav', { class: 'list' }) });
  }

  draw() {
    const { panel, t, isAdding } = this;
    const { rows } = panel;
    const add = panel.mayWrite ? el('button', { type: 'button', class: 'add', onclick: () => this.add() }, '+ ', t('add'), el('kbd', { 'aria-hidden': 'true' }, 'N')) : null;
    this.element.setAttribute('aria-label', t('lesions'));
    fill(
      this.element,
      el('div', { class: 'list-head' }, el('h2', {}, t('lesions'), ' ', el('span', { class: 'muted number' }, String(rows.length))), add),
      isAdding ? this.#siteBox() : null,
      rows.length || isAdding ? lesionList(rows, panel.reading?.row.lesion.lesion_id, t, (row) => panel.open(row)) : el('p', { class: 'muted' }, t('noLesions')),
    );
  }

  /** A row has changed: drawn anew, unless somebody is typing a place. */
  changed() {
    if (!this.isAdding) this.draw();
  }

  add() {
    if (!this.panel.mayWrite) return;
    this.isAdding = true;
    this.draw();
    this.#site.focus();
  }

  focus() {
    (this.element.querySelector('.lesion') || this.element.querySelector('.add'))?.focus({ preventScroll: true });
  }

  #siteBox() {
    const { element, input } = siteBox(this.panel.places, this.t, {
      choose: (place) => this.panel.opened(place.site),
      leave: () => {
        this.isAdding = false;
        this.panel.left();
        this.draw();
        this.focus();
      },
    });
    this.#site = input;
    return element;
  }
}
