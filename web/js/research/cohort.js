// One question: put together, counted while that is done, looked at, saved in versions.

import { patientPage, researchPage } from '/workbench/js/addresses.js';
import { all, ApiError, post, get, withQuery } from '/workbench/js/api.js';
import { command } from '/workbench/js/copying.js';
import { el, fill } from '/workbench/js/dom.js';
import { moment, number, words } from '/workbench/js/i18n.js';
import { Builder } from '/workbench/js/research/builder.js';
import { Findings } from '/workbench/js/research/findings.js';
import { condition, group, toDocument, toTree, withoutNumber } from '/workbench/js/research/tree.js';
import { has } from '/workbench/js/session.js';
import { size } from '/workbench/js/sizes.js';
import { PagedList } from '/workbench/js/start/paged-list.js';
import { empty, sentence } from '/workbench/js/states.js';
import researchWords from '/workbench/words/research.js';

const t = words(researchWords);
const REST_MS = 350;
const EXAMPLES = {
  thinCt: () => group('all', [condition('series.modality', 'eq', 'CT'), condition('series.slice_thickness_mm', 'lte', '1.5')]),
  unstable: () => group('all', [group('score', [condition('score.instrument', 'eq', 'sins'), condition('score.minimum', 'gte', '7')])]),
  lyticFemur: () => group('all', [group('reading', [condition('lesion.bone', 'eq', 'femur'), condition('reading.lesion_type', 'eq', 'lytic')])]),
};

export class Cohort {
  constructor(catalogue) {
    this.catalogue = catalogue;
    this.document = null;
    this.saved = [];
    this.opened = null;
    this.said = el('p', { class: 'said', role: 'status' });
    this.asking = null;
    this.timer = null;
    this.findings = new Findings(catalogue);
    this.tools = el('div', { class: 'cohort-tools' });
    this.saving = el('form', { class: 'saving', onsubmit: (event) => this.#save(event) });
    this.list = new PagedList({
      load: (wanted) => this.#load(wanted),
      head: () => ['patient', 'day', 'modalities', 'series', 'objects', 'bytes', 'readings'].map((each) => t(`head_${each}`)),
      row: (study) => row(study),
      key: (study) => study.study_instance_uid,
      nothing: () => (this.findings.refusals.length ? empty(t('notAsked')) : empty(t('noStudies'), t('noStudiesDetail'))),
      more: () => t('more'),
      label: () => t('preview'),
    });
    this.builder = new Builder(catalogue, () => this.#changed());
    this.heading = el('h2', {}, t('preview'));
    this.element = el(
      'div',
      { class: 'research-grid' },
      el('div', { class: 'asking' }, el('section', { class: 'card' }, this.tools, this.builder.element, this.saving, this.said), el('section', { class: 'preview' }, this.heading, this.list.element)),
      this.findings.element,
    );
  }

  async begin() {
    this.draw();
    const wanted = new URLSearchParams(location.search).get('cohort');
    await Promise.all([this.#refreshSaved(), wanted ? this.#open(wanted) : this.#ask()]);
  }

  draw() {
    fill(this.heading, t('preview'));
    this.#drawTools();
    this.#drawSaving();
    this.builder.draw();
    this.findings.draw();
    this.list.draw();
  }

  #drawTools() {
    const chosen = this.opened ? this.opened.name : '';
    const select = el('select', { id: 'saved', onchange: () => (select.value ? this.#open(select.value) : this.#clear()) }, el('option', { value: '' }, t('newQuestion')), this.saved.map((each) => el('option', { value: each.name }, `${each.name} · ${t('version', { version: each.version })}`)));
    select.value = chosen;
    fill(
      this.tools,
      el('div', { class: 'filter' }, el('label', { for: 'saved' }, t('saved')), select),
      this.opened ? el('span', { class: 'muted fine' }, t('savedBy', { who: this.opened.saved_by, when: moment(this.opened.saved_at), version: this.opened.version })) : el('span', { class: 'examples' }, el('span', { class: 'muted fine' }, t('examples')), Object.keys(EXAMPLES).map((name) => el('button', { type: 'button', class: 'quiet', onclick: () => this.builder.show(EXAMPLES[name]()) }, t(`example_${name}`)))),
    );
  }

  #drawSaving() {
    const typed = this.saving.querySelector('input')?.value ?? this.opened?.name ?? '';
    const name = el('input', { id: 'cohort-name', name: 'name', required: true, maxlength: 64, pattern: '[a-z0-9][a-z0-9\\-]{0,63}', title: t('nameHelp'), placeholder: 'unstable-thin-ct', autocomplete: 'off', spellcheck: 'false', value: typed });
    const saved = this.opened && JSON.stringify(this.opened.where) === JSON.stringify(this.document) ? `${this.opened.name}@${this.opened.version}` : null;
    fill(
      this.saving,
      el('label', { for: 'cohort-name' }, t('name')),
      name,
      el('button', { class: 'primary' }, t('save')),
      saved ? this.#further(saved) : null,
    );
  }

  #further(saved) {
    const mayRelease = has('custodian') || has('administrator');
    return el('div', { class: 'further' },
      mayRelease ? el('a', { class: 'button', href: withQuery(researchPage, { view: 'releases', release: saved }) }, t('makeRelease')) : el('p', { class: 'fine' }, t('askForRelease', { saved })),
      command(`osteon cohort count --cohort ${saved}`));
  }

  #clear() {
    this.opened = null;
    history.replaceState(null, '', researchPage);
    const input = this.saving.querySelector('input');
    if (input) input.value = '';
    this.builder.show(group());
    this.draw();
  }

  async #open(wanted) {
    const [name, version] = wanted.split('@');
    const path = `/cohorts/${encodeURIComponent(name)}${version ? `/versions/${encodeURIComponent(version)}` : ''}`;
    try {
      this.opened = (await get(path)).body;
    } catch (error) {
      fill(this.said, sentence(error));
      return;
    }
    history.replaceState(null, '', withQuery(researchPage, { cohort: wanted }));
    this.builder.show(toTree(this.opened.where, this.catalogue));
    const input = this.saving.querySelector('input');
    if (input) input.value = this.opened.name;
    this.draw();
  }

  async #refreshSaved() {
    try {
      this.saved = await all('/cohorts?limit=500');
    } catch (error) {
      fill(this.said, sentence(error));
    }
    this.#drawTools();
  }

  #changed() {
    clearTimeout(this.timer);
    fill(this.said);
    this.findings.show({ isAsking: true, refusals: this.findings.refusals });
    this.timer = setTimeout(() => this.#ask(), REST_MS);
  }

  /** Counts, what it is made of, and the list: of one question, whichever was asked last. */
  async #ask() {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.document = toDocument(this.builder.tree, this.catalogue);
    this.#drawSaving();
    const wrong = withoutNumber(this.builder.tree, this.catalogue);
    if (wrong.length) {
      this.findings.show({ counts: null, made: null, refusals: wrong.map(({ place, kind }) => `${t('place', { place })} ${t(`wants_${kind}`)}`) });
      return;
    }
    const body = { where: this.document };
    try {
      const [counts, made] = await Promise.all([
        post('/cohorts/counts', body, { signal: asking.signal }),
        post('/cohorts/distributions', body, { signal: asking.signal }),
        this.list.reload(),
      ]);
      this.findings.show({ counts: counts.body, made: made.body });
    } catch (error) {
      if (error.name === 'AbortError') return;
      const refusals = refusalsOf(error, this.catalogue);
      this.findings.show({ counts: null, made: null, trouble: refusals.length ? null : error, refusals });
      this.list.draw();
    }
  }

  async #load({ limit, cursor, signal }) {
    try {
      return (await post(withQuery('/cohorts/preview', { limit, cursor }), { where: this.document }, { signal })).body;
    } catch (error) {
      // What is wrong with the question is said beside it.
      if (error instanceof ApiError && error.status === 422 && !cursor) return { items: [], next_cursor: null };
      throw error;
    }
  }

  async #save(event) {
    event.preventDefault();
    const name = this.saving.querySelector('input').value.trim();
    try {
      this.document = toDocument(this.builder.tree, this.catalogue);
      const before = this.opened?.name === name ? this.opened.version : null;
      this.opened = (await post('/cohorts', { name, where: this.document })).body;
      // As the server writes it: what is compared with it is then the same.
      this.document = this.opened.where;
      history.replaceState(null, '', withQuery(researchPage, { cohort: name }));
      await this.#refreshSaved();
      this.#drawSaving();
      fill(this.said, t(before === this.opened.version ? 'savedAlready' : 'savedAs', { name, version: this.opened.version }));
    } catch (error) {
      fill(this.said, refusalsOf(error, this.catalogue)[0] ?? sentence(error));
    }
  }
}

function refusalsOf(error, catalogue) {
  if (!(error instanceof ApiError) || error.status !== 422) return [];
  return (error.problem.errors ?? []).map((each) => `${placeOf(each.pointer)}${each.detail}${each.allowed?.length && each.allowed.length < 12 ? `: ${each.allowed.map((value) => catalogue.value('', value)).join(', ')}` : ''}`);
}

function placeOf(pointer) {
  const steps = (pointer ?? '').replace(/^#\//, '').split('/').filter((step) => /^\d+$/.test(step)).map((step) => Number(step) + 1);
  return steps.length ? `${t('place', { place: steps.join('.') })} ` : '';
}

function row(study) {
  return el(
    'tr',
    {},
    el('td', {}, el('a', { class: 'code main', href: patientPage(study.pseudonym) }, study.pseudonym), study.sex ? el('span', { class: 'muted' }, ` ${study.sex}`) : null),
    el('td', { class: 'number' }, study.day === null ? el('span', { class: 'muted' }, t('undated')) : t('dayNumber', { day: number(study.day) })),
    el('td', {}, study.modalities.map((each) => el('span', { class: 'chip' }, each))),
    el('td', { class: 'number' }, number(study.series)),
    el('td', { class: 'number' }, number(study.objects)),
    el('td', { class: 'number' }, size(study.bytes)),
    el('td', { class: 'number' }, number(study.readings)),
  );
}
