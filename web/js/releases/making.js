// Making a release of a saved cohort: what it holds, and the beginning of its building.

import { all, ApiError, post } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { empty, failure, sentence, waiting } from '/workbench/js/states.js';
import releasesWords from '/workbench/words/releases.js';

const t = words(releasesWords);
const CONTENTS = { dicom: true, nifti: false, suv: false, masks: false, sr: false };
const TABLES = { csv: true, parquet: false };
const RECORDS = ['', 'cohort', 'registry'];

export class Making {
  /** `cohort`: NAME@VERSION that is chosen at first, or ''. */
  constructor(cohort, begun) {
    this.cohort = cohort;
    this.begun = begun;
    this.cohorts = null;
    this.trouble = null;
    this.chosen = { name: '', readings: 'signed', data_use: '', contents: { ...CONTENTS }, tables: { ...TABLES }, record: '', lock: false };
    this.said = el('p', { class: 'said', role: 'alert' });
    this.element = el('section', { class: 'card making' });
    this.draw();
  }

  async begin() {
    try {
      this.cohorts = await all('/cohorts?limit=500');
      if (!this.cohort && this.cohorts.length) this.cohort = this.cohorts[0].name;
    } catch (error) {
      this.trouble = error;
    }
    this.draw();
  }

  draw() {
    fill(this.element, el('h2', {}, t('make')), this.trouble ? failure(this.trouble, () => this.begin()) : this.cohorts === null ? waiting() : this.#form());
  }

  #form() {
    if (!this.cohorts.length && !this.cohort) return empty(t('noCohorts'), t('noCohortsDetail'));
    const { chosen } = this;
    const newest = this.cohorts.map((each) => [each.name, `${each.name} · ${t('newest', { version: each.version })}`]);
    const own = this.cohort.includes('@') ? [[this.cohort, this.cohort]] : [];
    const cohort = el('select', { id: 'release-cohort', onchange: () => {
      this.cohort = cohort.value;
    } }, [...own, ...newest].map(([value, text]) => el('option', { value }, text)));
    cohort.value = this.cohort;
    const name = el('input', { id: 'release-name', required: true, maxlength: 100, value: chosen.name, autocomplete: 'off', oninput: () => {
      chosen.name = name.value;
    } });
    const dataUse = el('textarea', { id: 'release-data-use', rows: 3, maxlength: 20000, value: chosen.data_use, oninput: () => {
      chosen.data_use = dataUse.value;
    } });
    const record = el('select', { id: 'release-record', 'aria-label': t('record'), onchange: () => {
      chosen.record = record.value;
      chosen.lock &&= record.value !== '';
      this.draw();
      this.element.querySelector('#release-record').focus();
    } }, RECORDS.map((value) => el('option', { value }, t(`record_${value || 'none'}`))));
    record.value = chosen.record;
    return el('form', { class: 'stack', onsubmit: (event) => this.#begin(event) },
      el('label', { for: 'release-name' }, t('releaseName')), name,
      el('label', { for: 'release-cohort' }, t('fact_cohort')), cohort,
      el('fieldset', { class: 'choices' }, el('legend', {}, t('fact_contents')),
        Object.keys(CONTENTS).map((each) => this.#box(chosen.contents, each, t(`content_${each}`), each === 'suv' && !chosen.contents.nifti)),
        Object.keys(TABLES).map((each) => this.#box(chosen.tables, each, t('content_table', { format: each })))),
      el('fieldset', { class: 'choices' }, el('legend', {}, t('record')), record, this.#box(chosen, 'lock', t('content_lock'), chosen.record === '')),
      el('fieldset', { class: 'choices' }, el('legend', {}, t('fact_readings')), ['signed', 'adjudicated'].map((each) => this.#radio(each))),
      el('label', { for: 'release-data-use' }, t('dataUse')), dataUse,
      this.said,
      el('div', { class: 'row' }, el('button', { class: 'primary' }, t('begin'))),
      el('p', { class: 'fine' }, t('beginHelp')));
  }

  #box(of, each, text, disabled = false) {
    const box = el('input', { type: 'checkbox', checked: of[each] && !disabled, disabled, onchange: () => {
      of[each] = box.checked;
      if (each === 'nifti') {
        of.suv &&= box.checked;
        this.draw();
        this.element.querySelector('[data-content="nifti"] input').focus();
      }
    } });
    return el('label', { dataset: { content: each } }, box, ' ', text);
  }

  #radio(each) {
    const radio = el('input', { type: 'radio', name: 'readings', value: each, checked: this.chosen.readings === each, onchange: () => {
      this.chosen.readings = each;
    } });
    return el('label', {}, radio, ' ', t(`readings_${each}`));
  }

  async #begin(event) {
    event.preventDefault();
    const { chosen } = this;
    const [name, version] = this.cohort.split('@');
    const tables = Object.keys(TABLES).filter((each) => chosen.tables[each]);
    const contents = { ...chosen.contents, tables, record: chosen.record || null, lock: chosen.lock };
    const body = { name: chosen.name.trim(), cohort: { name, ...(version ? { version: Number(version) } : {}) }, contents, readings: chosen.readings };
    if (chosen.data_use.trim()) body.data_use = chosen.data_use;
    try {
      const { body: begun } = await post('/releases', body);
      await this.begun(begun);
    } catch (error) {
      fill(this.said, error instanceof ApiError && error.problem.detail ? t('refusedWith', { detail: error.problem.detail }) : sentence(error));
    }
  }
}
