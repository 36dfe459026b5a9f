// <osteon-adjudication assignment>: both blind readings of a study side by side, and what counts of them. Event:
// `osteon-adjudicated` {assignment_id}.

import { ApiError } from '/workbench/js/api.js';
import { begun, casesOf, decided, fits, isOnePlace, loneSide, openOf } from '/workbench/js/adjudication/cases.js';
import { caseList } from '/workbench/js/adjudication/case-list.js';
import { CaseView } from '/workbench/js/adjudication/case-view.js';
import { Choosing } from '/workbench/js/adjudication/choosing.js';
import { footOf, headOf } from '/workbench/js/adjudication/frame.js';
import { keeperOf } from '/workbench/js/adjudication/keeper.js';
import { loadAdjudication } from '/workbench/js/adjudication/load.js';
import { ScoreSide } from '/workbench/js/adjudication/score-side.js';
import { AdjudicationSigning, NOT_NOW } from '/workbench/js/adjudication/signing.js';
import { adopt, el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { empty, failure, waiting } from '/workbench/js/states.js';
import adjudicationWords from '/workbench/words/adjudication.js';
import panelWords from '/workbench/words/panel.js';

const t = words(adjudicationWords);

class Adjudication extends HTMLElement {
  #data = null;
  #keeper = null;
  #cases = [];
  #chosen = null;
  #view = null;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
    this.body = el('div', { class: 'adjudication' });
    this.choosing = new Choosing(this.#desk());
    this.signing = new AdjudicationSigning(this.#desk(), t);
  }

  connectedCallback() {
    this.away = new AbortController();
    const { signal } = this.away;
    this.shadowRoot.replaceChildren(this.body);
    adopt(this.shadowRoot, 'base.css', 'panel.css', 'adjudication.css');
    document.addEventListener('osteon-language', () => this.#redraw(), { signal });
    addEventListener('beforeunload', (event) => this.#keeper?.isTouched && !this.#keeper.isKept && event.preventDefault(), { signal });
    this.start();
  }

  disconnectedCallback() {
    this.away.abort();
  }

  get assignment() {
    return this.getAttribute('assignment');
  }

  async start() {
    fill(this.body, waiting());
    try {
      this.#data = await loadAdjudication(this.assignment);
    } catch (error) {
      this.trouble = error;
      this.#drawTrouble();
      return;
    }
    this.trouble = null;
    const { assignment, me, comparison } = this.#data;
    this.isDone = comparison.adjudicated.length > 0 || assignment.state === 'adjudicated';
    this.readOnly = this.isDone || me.label !== assignment.adjudicator;
    if (!this.readOnly) await this.#takeUp();
    this.#redraw();
    if (!this.readOnly && this.#view) this.#focusCase();
  }

  async #takeUp() {
    const { comparison, assignment, me } = this.#data;
    this.#keeper = await keeperOf({
      reader: me.label,
      assignment: assignment.assignment_id,
      study: assignment.study_instance_uid,
      begin: begun(comparison),
      isFit: (doc) => fits(doc, comparison),
    });
    this.#keeper.addEventListener('change', () => this.#draw());
  }

  get #doc() {
    if (!this.readOnly) return this.#keeper.doc;
    return this.isDone ? decided(this.#data.comparison) : begun(this.#data.comparison);
  }

  /** The reason for making two lesions one: as typed, or what both readings show by themselves. */
  #reasonOf = (each) => each.state.reason ?? (isOnePlace(each) ? t('samePlace') : '');

  get #readers() {
    const [first, second] = this.#data.assignment.readers;
    return { first, second };
  }

  get #current() {
    return this.#cases.find((each) => each.key === this.#chosen) ?? null;
  }

  #openOfCurrent() {
    return this.#current ? openOf(this.#current, this.#reasonOf) : [];
  }

  #drawTrouble() {
    if (this.trouble instanceof ApiError && this.trouble.status === NOT_NOW) {
      fill(this.body, empty(t('notYet'), t('notYetDetail'), el('a', { class: 'button', href: '/' }, t('toWorklist'))));
    } else {
      fill(this.body, failure(this.trouble, () => this.start()));
    }
  }

  #redraw() {
    if (this.trouble) this.#drawTrouble();
    if (!this.#data || this.trouble) return;
    this.#view = null;
    this.head = el('div', { class: 'page-head' });
    this.said = el('div', { class: 'said' });
    this.list = el('nav', { class: 'list', 'aria-label': t('lesions') });
    this.main = el('div', { class: 'main' });
    this.scores = new ScoreSide({ readers: this.#readers, instruments: this.#data.instruments, t });
    this.foot = el('div', { class: 'foot' });
    fill(this.body, this.head, this.said, el('div', { class: 'desk' }, this.list, this.main, this.scores.element), this.foot);
    this.#drawHead();
    this.#draw();
  }

  #drawHead() {
    const { assignment } = this.#data;
    fill(this.head, headOf(this.#data, t));
    if (!this.readOnly) return;
    fill(this.said, el('p', { class: this.isDone ? 'notice ok' : 'notice' }, this.isDone ? t('isDone', { by: assignment.adjudicator }) : t('notYours', { by: assignment.adjudicator })));
  }

  #draw() {
    this.#cases = casesOf(this.#data.comparison, this.#doc);
    if (!this.#current) this.#chosen = (this.#cases.find((each) => openOf(each, this.#reasonOf).length) ?? this.#cases[0])?.key ?? null;
    this.#drawList();
    if (!this.#cases.length) fill(this.main, empty(t('noLesion'), t('noLesionDetail')));
    else this.#drawCase();
    this.scores.element.hidden = !this.#cases.length;
    this.list.hidden = !this.#cases.length;
    this.#drawFoot();
  }

  #drawList() {
    const hadFocus = this.list.contains(this.shadowRoot.activeElement);
    const list = caseList(this.#cases, this.#chosen, { t, reasonOf: this.#reasonOf, readOnly: this.readOnly, open: (key) => this.#open(key) });
    fill(this.list, el('div', { class: 'list-head' }, el('h2', {}, t('lesions'), ' ', el('span', { class: 'muted number' }, String(this.#cases.length)))), list);
    if (hadFocus) this.list.querySelector('[aria-current]')?.focus();
  }

  #drawCase() {
    const each = this.#current;
    if (this.#view?.key !== each.key) {
      this.#view = new CaseView(each, {
        readers: this.#readers,
        form: this.#data.findings,
        kindOf: (site) => this.#data.skeleton.bones.find((bone) => bone.bone.value === site.bone).kind,
        reasonOf: this.#reasonOf,
        partnersOf: (one) => this.#partnersOf(one),
        readOnly: this.readOnly,
        t,
        panelWords: words(panelWords),
        on: this.choosing.actions(),
      });
      fill(this.main, this.#view.element);
    }
    this.#view.update(each);
    this.scores.show(each);
  }

  #partnersOf(one) {
    const other = loneSide(one) === 'first' ? 'second' : 'first';
    return this.#cases.filter((each) => loneSide(each) === other).map((each) => each[other]);
  }

  #drawFoot() {
    if (this.readOnly) {
      fill(this.foot, el('a', { class: 'button', href: '/' }, t('toWorklist')));
      return;
    }
    const left = this.#cases.reduce((sum, each) => sum + openOf(each, this.#reasonOf).length, 0);
    const hadFocus = this.foot.contains(this.shadowRoot.activeElement) && this.shadowRoot.activeElement.dataset.act;
    fill(this.foot, footOf({ keeper: this.#keeper, left, sign: () => this.sign() }, t));
    if (hadFocus) this.foot.querySelector(`[data-act="${hadFocus}"]`)?.focus();
  }

  #open(key) {
    this.#chosen = key;
    this.#draw();
    this.#focusCase();
  }

  #focusCase() {
    const open = this.#openOfCurrent();
    if (open.includes('verdict')) this.#view.focusVerdict();
    else this.#view.focusRow(this.#view.rows.map((row) => row.name).find((name) => open.includes(name)));
  }

  /** What a key does; `false` when there is nothing that it could do. */
  act(name, digit) {
    if (name === 'sign' && !this.readOnly) return this.sign(), true;
    if (!this.#view) return false;
    if (name === 'step') return this.#view.step(digit), true;
    if (name === 'lesion') return this.#stepLesion(digit), true;
    if (this.readOnly) return false;
    return this.choosing.act(name, digit);
  }

  #stepLesion(by) {
    const at = this.#cases.findIndex((each) => each.key === this.#chosen) + by;
    if (this.#cases[at]) this.#open(this.#cases[at].key);
  }

  sign() {
    return this.signing.sign();
  }

  async #decided() {
    this.#keeper.drop();
    this.#chosen = null;
    await this.start();
    this.dispatchEvent(new CustomEvent('osteon-adjudicated', { detail: { assignment_id: this.assignment }, bubbles: true, composed: true }));
    this.foot?.querySelector('a')?.focus();
  }

  /** What choosing and signing reach of this element. */
  #desk() {
    const element = this;
    return {
      get assignment() {
        return element.assignment;
      },
      get readOnly() {
        return element.readOnly;
      },
      get keeper() {
        return element.#keeper;
      },
      get cases() {
        return element.#cases;
      },
      get current() {
        return element.#current;
      },
      get view() {
        return element.#view;
      },
      get said() {
        return element.said;
      },
      reasonOf: this.#reasonOf,
      choose: (key) => {
        this.#chosen = key;
      },
      open: (key) => this.#open(key),
      focusCase: () => this.#focusCase(),
      focusSign: () => this.foot.querySelector('.sign').focus({ preventScroll: true }),
      decided: () => this.#decided(),
      overtaken: () => {
        this.#keeper.drop();
        return this.start();
      },
    };
  }
}

customElements.define('osteon-adjudication', Adjudication);
