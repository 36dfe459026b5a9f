// <osteon-record-form>: one form of the data dictionary, to be filled in. Whoever uses it gives `form`, the form's name, and
// `values`; `osteon-change` tells of every change, and `values` is then what stands there. It saves nothing.
//
// Further properties: `only`, names of the variables to show (the others keep their values); `person`, {sex, birth_month} of
// the patient, for the formulas; `proposed`, {values, when} of an earlier presentation, said beside what is still the same;
// `problems`, [{variable, detail}] that the server has refused. What values come to (converted, flagged, computed) is asked
// of the server while one types. `complete` asks it for what is missing as well. `focusOn(name)`, `focusTrouble()`.

import { ApiError, post } from '/workbench/js/api.js';
import { computedView } from '/workbench/js/record/computed.js';
import { dictionary, said, variablesOf } from '/workbench/js/record/dictionary.js';
import { field } from '/workbench/js/record/field.js';
import { isGiven } from '/workbench/js/record/wording.js';
import { adopt, el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import formWords from '/workbench/words/record-form.js';

const t = words(formWords);
const TYPING_MS = 300;
const NOTHING = { converted: {}, flags: [], computed: {}, faults: [] };

class RecordForm extends HTMLElement {
  #name = null;
  #values = {};
  #only = null;
  #person = {};
  #proposed = null;
  #problems = [];
  #complete = false;
  #known = null;
  #fields = [];
  #found = NOTHING;
  #computed = el('div');
  #timer = null;
  #asking = null;
  #wanted = null;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
    this.redraw = () => {
      this.#values = this.values;
      this.#draw();
    };
  }

  connectedCallback() {
    document.addEventListener('osteon-language', this.redraw);
    this.ready = Promise.all([dictionary(), adopt(this.shadowRoot, 'base.css', 'record-form.css')]).then(([known]) => {
      this.#known = known;
      this.#draw();
    });
    this.ready.catch((error) => this.dispatchEvent(new CustomEvent('osteon-failed', { detail: { error } })));
  }

  disconnectedCallback() {
    document.removeEventListener('osteon-language', this.redraw);
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  get form() {
    return this.#name;
  }

  set form(name) {
    this.#name = name;
    this.#draw();
  }

  /** As the API takes them; what is not known has no key. */
  get values() {
    const now = { ...this.#values };
    for (const { variable, read } of this.#fields) {
      const value = read();
      if (isGiven(value)) now[variable.name] = value;
      else delete now[variable.name];
    }
    return now;
  }

  set values(values) {
    this.#values = { ...values };
    this.#problems = [];
    for (const { variable, write } of this.#fields) write(this.#values[variable.name]);
    this.#look(0);
  }

  set only(names) {
    this.#only = names;
    this.#draw();
  }

  set person(person) {
    this.#person = person;
    this.#look(0);
  }

  set proposed(proposed) {
    this.#proposed = proposed;
    this.#show();
  }

  set problems(problems) {
    this.#problems = problems;
    this.#show();
  }

  set complete(isComplete) {
    this.#complete = isComplete;
    this.#look(0);
  }

  /** Focus a variable, at once or when it is drawn. */
  focusOn(name) {
    const wanted = this.#fields.find((each) => each.variable.name === name);
    this.#wanted = wanted ? null : name;
    wanted?.focus();
    wanted?.element.scrollIntoView({ block: 'center' });
  }

  /** The first field that something is wrong with; false when there is none. */
  focusTrouble() {
    const wrong = this.#fields.find((each) => each.element.classList.contains('wrong'));
    wrong?.focus();
    return Boolean(wrong);
  }

  #draw() {
    const form = this.#known?.forms.get(this.#name);
    if (!form) return;
    const isShown = (variable) => !this.#only || this.#only.includes(variable.name);
    const changed = () => this.#changed();
    const groups = form.groups
      .map((group) => ({ group, fields: group.variables.filter(isShown).map((variable) => field(variable, { changed })) }))
      .filter(({ fields }) => fields.length);
    this.#fields = groups.flatMap(({ fields }) => fields);
    for (const { variable, write } of this.#fields) write(this.#values[variable.name]);
    const isOfScores = variablesOf(form).some((each) => each.context_item && isShown(each));
    fill(
      this.shadowRoot,
      el(
        'div',
        { class: 'form', oninput: changed, onchange: changed },
        isOfScores ? el('p', { class: 'fine' }, el('span', { class: 'scores' }, t('forScores')), ` ${t('forScoresLegend')}`) : null,
        groups.map(({ group, fields }) => el('section', { class: 'group', 'aria-label': said(group) }, groups.length > 1 ? el('h3', {}, said(group)) : null, el('div', { class: 'fields' }, fields.map((each) => each.element)))),
        this.#computed,
      ),
    );
    this.#look(0);
    if (this.#wanted) this.focusOn(this.#wanted);
  }

  #changed() {
    const { values } = this;
    if (JSON.stringify(values) === JSON.stringify(this.#values)) return;
    this.#values = values;
    this.#problems = [];
    this.#look(TYPING_MS);
    this.dispatchEvent(new CustomEvent('osteon-change', { bubbles: true, composed: true, detail: { values } }));
  }

  /** Ask what the values come to, once nobody types. */
  #look(delay) {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (!this.#known || !this.isConnected) return;
    this.#show();
    this.#timer = setTimeout(() => this.#ask(), delay);
  }

  async #ask() {
    const asking = new AbortController();
    this.#asking = asking;
    const { sex = null, birth_month = null } = this.#person;
    try {
      const { body } = await post(`/record/${this.#name}/preview`, { values: this.#values, complete: this.#complete, sex, birth_month }, { signal: asking.signal });
      this.#found = body;
    } catch (error) {
      if (error.name === 'AbortError') return;
      // Away, or it cannot be looked at: saving says so, and nothing stale is shown.
      this.#found = NOTHING;
      if (error instanceof ApiError && error.status >= 500) return;
    }
    this.#show();
  }

  #show() {
    if (!this.#known) return;
    const { converted, flags, faults, computed } = this.#found;
    const { variables } = this.#known;
    const when = this.#proposed?.when;
    for (const each of this.#fields) {
      const { name } = each.variable;
      const said = [...faults, ...this.#problems].filter(({ variable }) => variable === name).map(({ detail }) => detail);
      const before = this.#proposed?.values[name];
      each.show({
        converted: converted[name],
        flags: flags.filter(({ variable }) => variable === name),
        faults: [...new Set(said)],
        proposed: isGiven(before) ? { value: before, when } : null,
        variables,
      });
    }
    const known = this.#known.computed.filter((each) => each.form === this.#name);
    fill(this.#computed, computedView(known, computed, variables));
  }
}

customElements.define('osteon-record-form', RecordForm);
