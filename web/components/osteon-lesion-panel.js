// <osteon-lesion-panel patient study>: the lesions of a patient and the reading of them on one study.
// Events: `osteon-jump` {study_instance_uid, frame_of_reference_uid, sop_instance_uid, point}, `osteon-want-point` {kind, name, level}; `addGeometry(drawing)` takes
// what was drawn in a viewer.

import '/workbench/components/osteon-study-task.js';
import { post } from '/workbench/js/api.js';
import { adopt, el, fill } from '/workbench/js/dom.js';
import { day, words } from '/workbench/js/i18n.js';
import { described } from '/workbench/js/descriptions.js';
import { Desk, headOf } from '/workbench/js/panel/desk.js';
import { Drawings } from '/workbench/js/panel/drawings.js';
import { did } from '/workbench/js/panel/key-acts.js';
import { actionOf } from '/workbench/js/panel/keys.js';
import { LesionColumn } from '/workbench/js/panel/lesion-column.js';
import { lesionsOf, loaded } from '/workbench/js/panel/lesions.js';
import { Reading } from '/workbench/js/panel/reading.js';
import { savedState } from '/workbench/js/panel/saved-state.js';
import { Signing } from '/workbench/js/panel/signing.js';
import { placesOf } from '/workbench/js/panel/site-search.js';
import { leftBehind } from '/workbench/js/panel/unsaved.js';
import { empty, failure, sentence, waiting } from '/workbench/js/states.js';
import panelWords from '/workbench/words/panel.js';

const t = words(panelWords);

class LesionPanel extends HTMLElement {
  static observedAttributes = ['patient', 'study'];

  #data = null;
  #rows = [];
  #places = [];
  #saidAbove = null;
  #load = 0;

  constructor() {
    super();
    this.attachShadow({ mode: 'open', delegatesFocus: false });
    this.body = el('div', { class: 'panel' });
    this.column = new LesionColumn(this.#reach(), t);
    this.desk = new Desk(this.#reach(), t);
    this.signing = new Signing(this.#reach(), t);
    this.drawings = new Drawings({
      changed: () => this.desk.drawMeasure(),
      want: (step) => this.#send('osteon-want-point', step),
      done: () => this.#editor.focus(),
      missed: (reading, why) => this.#say('warning', t('missed', { label: reading.row.lesion.label, why })),
    });
  }

  get #reading() {
    return this.desk.reading;
  }

  get #editor() {
    return this.desk.editor;
  }

  get patient() {
    return this.getAttribute('patient');
  }

  set patient(value) {
    this.setAttribute('patient', value);
  }

  get study() {
    return this.getAttribute('study');
  }

  set study(value) {
    this.setAttribute('study', value);
  }

  connectedCallback() {
    this.away = new AbortController();
    const { signal } = this.away;
    this.shadowRoot.replaceChildren(this.body);
    adopt(this.shadowRoot, 'base.css', 'panel.css');
    document.addEventListener('osteon-language', () => this.#redraw(), { signal });
    this.addEventListener('keydown', (event) => this.#key(event), { signal });
    addEventListener('beforeunload', (event) => this.#leaving(event), { signal });
    this.#start();
  }

  disconnectedCallback() {
    this.away.abort();
    this.#end();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#start();
  }

  /** What was drawn in a viewer: a step of a measurement, a measurement of the open lesion, or the place of a new one. */
  async addGeometry(drawing) {
    if (drawing.study_instance_uid && drawing.study_instance_uid !== this.study) {
      this.#say('warning', t('drawnElsewhere'));
      return;
    }
    if (this.drawings.takes(drawing)) return;
    if (this.#reading?.isOpen) {
      await this.drawings.measure(drawing, this.#reading);
      return;
    }
    this.drawings.keep(drawing);
    this.column.add();
  }

  removeGeometry(uid) {
    this.drawings.forget(uid);
  }

  /** A key that was pressed beside the panel, as on the images. True when it was the panel's. */
  press(event) {
    this.#key(event);
    return event.defaultPrevented;
  }

  async #start() {
    const load = (this.#load += 1);
    this.#end();
    this.desk.forget();
    if (!this.patient || !this.study) return fill(this.body, empty(t('noStudy')));
    fill(this.body, waiting());
    try {
      const data = await loaded(this.patient, this.study);
      if (load !== this.#load) return undefined;
      this.#data = { ...data, described: described(data.instruments) };
      this.#rows = data.rows;
      this.#places = placesOf(data.skeleton);
      this.#redraw();
      await this.#takeUpWhatIsLeft();
    } catch (error) {
      fill(this.body, failure(error, () => this.#start()));
    }
    return undefined;
  }

  #end() {
    for (const reading of [this.#reading, ...this.#rows.map((row) => row.open)]) reading?.end();
  }

  get #mayWrite() {
    return this.#data.me.roles.includes('radiologist');
  }

  /** Windows that were closed or killed have left changes here: go on with them, and so send them. */
  async #takeUpWhatIsLeft() {
    const left = (await leftBehind(this.#data.me.label)).filter((each) => each.study === this.study);
    for (const each of left) {
      const row = this.#rows.find(({ lesion }) => lesion.lesion_id === each.lesionId);
      if (row) row.left = each;
    }
    const [first] = this.#rows.filter((row) => row.left);
    if (first) await this.#open(first);
    else if (this.#rows.length === 0 && this.#mayWrite) this.column.add();
    else this.column.focus();
  }

  #redraw() {
    if (!this.#data) return;
    this.saved = savedState(t);
    this.#saidAbove = el('div', { class: 'said' });
    this.main = el('div', { class: 'main' });
    const { study } = this.#data;
    fill(
      this.body,
      headOf(study, day(study.study_date) || t('undated'), this.#mayWrite ? el('osteon-study-task', { study: this.study, date: study.study_date }) : null, this.saved),
      this.#saidAbove, this.column.element, this.main);
    this.column.draw();
    this.#drawEditor();
  }

  /** A place was picked, here or on a skeleton: open a lesion there and go on with it. */
  async addAt(site) {
    await this.#opened(site);
  }

  async #opened(site) {
    if (this.opening) return;
    this.opening = true;
    try {
      const { body: lesion } = await post(`/patients/${this.patient}/lesions`, { site });
      this.column.isAdding = false;
      fill(this.#saidAbove);
      const row = { lesion, draft: null, reading: null, state: 'unread', drawn: this.drawings.kept() };
      this.#rows = [...this.#rows, row];
      await this.#open(row);
    } catch (error) {
      this.#say('danger', sentence(error));
    } finally {
      this.opening = false;
    }
  }

  async #open(row, { revising = null } = {}) {
    this.column.isAdding = false;
    const before = this.#reading;
    if (before?.row === row && before.isOpen) {
      this.column.draw();
      this.#editor.focus();
      return;
    }
    const opening = (this.#load += 1);
    try {
      const reading = row.open || (await this.#begin(row, revising));
      if (opening !== this.#load) {
        if (reading !== row.open) reading.leave();
        return;
      }
      row.open = null;
      before?.leave();
      this.desk.reading = reading;
    } catch (error) {
      fill(this.#saidAbove, failure(error, () => this.#open(row, { revising })));
      return;
    }
    fill(this.#saidAbove);
    // A drawing that waits for a place waits for a new lesion: this one was there.
    this.drawings.drop();
    this.drawings.begin(this.#reading, this.study);
    this.column.draw();
    this.#drawEditor();
    this.#editor.focus();
    await this.#measureDrawn(row);
  }

  /** What was drawn first, and then given a place. */
  async #measureDrawn(row) {
    const { drawn } = row;
    row.drawn = null;
    if (drawn && this.#reading.isOpen) await this.drawings.measure(drawn, this.#reading);
  }

  #say(tone, text) {
    fill(this.#saidAbove, el('p', { class: `notice ${tone}`, role: 'alert' }, text));
  }

  async #begin(row, revising) {
    const reading = await Reading.open({ row, study: this.study, reader: this.#data.me.label, mayWrite: this.#mayWrite, left: row.left, revising });
    row.left = null;
    reading.addEventListener('change', () => (reading === this.#reading ? this.desk.changed() : this.#savedBehind(reading)));
    return reading;
  }

  /** A lesion that was left while the server was away. */
  #savedBehind(reading) {
    const { row } = reading;
    if (row.open !== reading) return;
    if (reading.isAtRest) reading.rest();
    Object.assign(row, { state: reading.state, unsaved: row.open !== null });
    this.column.changed();
  }

  #drawEditor() {
    this.desk.draw(this.main, this.#rows.length ? el('p', { class: 'state muted' }, t('chooseLesion')) : null);
  }

  /** What the desk, signing and keys reach of the panel. */
  #reach() {
    const panel = this;
    return {
      get data() {
        return panel.#data;
      },
      get skeleton() {
        return panel.#data.skeleton;
      },
      get rows() {
        return panel.#rows;
      },
      get places() {
        return panel.#places;
      },
      get mayWrite() {
        return panel.#mayWrite;
      },
      get reading() {
        return panel.#reading;
      },
      get editor() {
        return panel.#editor;
      },
      get saved() {
        return panel.saved;
      },
      get signing() {
        return panel.signing;
      },
      get drawings() {
        return panel.drawings;
      },
      add: () => this.column.add(),
      opened: (site) => this.#opened(site),
      left: () => this.drawings.drop(),
      open: (row, how) => this.#open(row, how),
      start: () => this.#start(),
      jump: (geometry) => this.#jump(geometry),
      listed: () => this.column.changed(),
      show: (dialog) => this.#show(dialog),
      signed: (reading) => this.#signed(reading),
      discarded: () => {
        this.desk.reading = null;
        return this.#start();
      },
    };
  }

  #show(dialog) {
    if (this.shadowRoot.querySelector('dialog')) return;
    this.shadowRoot.append(dialog);
    dialog.showModal();
  }

  async #signed(signed) {
    this.desk.reading = null;
    this.#rows = taken(this.#rows, await lesionsOf(this.patient, this.study).catch(() => this.#rows));
    this.column.draw();
    this.#drawEditor();
    this.saved.update(null);
    fill(this.#saidAbove, el('p', { class: 'notice ok', role: 'status' }, t('signedNow', { label: signed.lesion_label })));
    this.column.focus();
    this.#send('osteon-signed', { reading_id: signed.reading_id });
  }

  #key(event) {
    if (event.defaultPrevented || this.shadowRoot.querySelector('dialog[open]')) return;
    const action = actionOf(event);
    if (!action || !did(action, this.#reach())) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #jump(geometry) {
    const { frame_of_reference_uid: frame, sop_instance_uid: image, points } = geometry;
    this.#send('osteon-jump', { study_instance_uid: this.study, frame_of_reference_uid: frame, sop_instance_uid: image, point: points[0] });
  }

  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** What cannot be kept in the browser either is lost when the window closes: ask. */
  #leaving(event) {
    const { keeper } = this.#reading || {};
    if (keeper && !keeper.isSaved && !keeper.isKept) event.preventDefault();
  }
}

/** Rows as they are now; what is under way in those before goes on in them. */
function taken(before, now) {
  for (const row of now) {
    const { open = null, left = null, drawn = null } = before.find(({ lesion }) => lesion.lesion_id === row.lesion.lesion_id) ?? {};
    Object.assign(row, { open, left, drawn });
    if (open) open.row = row;
  }
  return now;
}

customElements.define('osteon-lesion-panel', LesionPanel);
