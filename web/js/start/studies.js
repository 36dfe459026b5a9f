// Every study of the registry, those that arrived last first: for whoever may see them, a worklist or none.

import { patientPage, viewer } from '/workbench/js/addresses.js';
import { get, withQuery } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, moment, number, words } from '/workbench/js/i18n.js';
import { empty } from '/workbench/js/states.js';
import { has } from '/workbench/js/session.js';
import { asked, choice, remember } from '/workbench/js/start/filters.js';
import { MODALITIES } from '/workbench/js/start/modalities.js';
import { PagedList } from '/workbench/js/start/paged-list.js';
import startWords from '/workbench/words/start.js';

const t = words(startWords);
const STATES = ['receiving', 'provisional', 'confirmed', 'revised'];
const TONES = { receiving: 'info', provisional: '', confirmed: 'ok', revised: 'warning' };

export class Studies {
  /** `view`: what the address calls this list, '' where it is the only one. */
  constructor(view) {
    this.view = view;
    this.asked = asked(['modality', 'study_state']);
    this.filters = el('div', { class: 'filters' });
    this.list = new PagedList({
      load: (wanted) => this.#load(wanted),
      head: () => ['patient', 'date', 'modalities', 'contents', 'completeness', 'arrived', 'open'].map((each) => t(`head_${each}`)),
      row: (study) => this.#row(study),
      key: (study) => study.study_instance_uid,
      nothing: () => this.#nothing(),
      more: () => t('more'),
      label: () => t('studies'),
    });
    this.element = el('div', { class: 'studies' }, this.filters, this.list.element);
  }

  async begin() {
    this.draw();
    await this.refresh({ keep: false });
  }

  draw() {
    this.#drawFilters();
    this.list.draw();
  }

  refresh(how = {}) {
    return this.list.reload({ keep: true, ...how });
  }

  async #load({ limit, cursor, signal }) {
    const { modality, study_state: state } = this.asked;
    return (await get(withQuery('/studies', { modality, state, limit, cursor }), { signal })).body;
  }

  #change(name, value) {
    this.asked = { ...this.asked, [name]: value };
    remember({ view: this.view, ...this.asked });
    this.list.reload();
  }

  #drawFilters() {
    fill(
      this.filters,
      choice({ name: 'modality', label: t('head_modality'), value: this.asked.modality, change: (value) => this.#change('modality', value), options: [['', t('any_modality')], ...MODALITIES.map((each) => [each, each])] }),
      choice({ name: 'study_state', label: t('head_completeness'), value: this.asked.study_state, change: (value) => this.#change('study_state', value), options: [['', t('any_state')], ...STATES.map((each) => [each, t(`study_${each}`)])] }),
    );
  }

  #row(study) {
    const canSeeImages = has('radiologist') || has('clinician') || has('researcher');
    const patient = patientPage(study.pseudonym);
    return el(
      'tr',
      {},
      el('td', {}, el('a', { class: canSeeImages ? 'code' : 'code main', href: patient }, study.pseudonym)),
      el('td', { class: 'number' }, day(study.study_date) || el('span', { class: 'muted' }, t('undated'))),
      el('td', {}, study.modalities.map((each) => el('span', { class: 'chip' }, each))),
      el('td', { class: 'number' }, t('contents', { series: t('series', { count: study.series_count, number: number(study.series_count) }), images: t('images', { count: study.instance_count, number: number(study.instance_count) }) })),
      el('td', {}, el('span', { class: `chip ${TONES[study.state]}`, title: t(`study_${study.state}_help`) }, t(`study_${study.state}`)),
        study.objects_expected !== null && study.objects_expected > study.instance_count
          ? el('span', { class: 'fine number' }, ` ${number(study.instance_count)} / ${number(study.objects_expected)}`) : null),
      el('td', { class: 'number' }, moment(study.first_stored_at)),
      el('td', { class: 'go' }, canSeeImages ? el('a', { class: 'main button', href: viewer(study.study_instance_uid), 'aria-label': `${t('look')}: ${study.pseudonym}` }, t('look')) : null),
    );
  }

  #nothing() {
    if (this.list.items.length) return empty(t('noMatch'), t('noMatchDetail'));
    return this.asked.modality || this.asked.study_state ? empty(t('noneFiltered'), t('noneFilteredDetail')) : empty(t('noStudies'), t('noStudiesDetail'));
  }
}
