// The reading that is open in the lesion panel, on the screen: its form, and what became of saving it.

import { el, fill } from '/workbench/js/dom.js';
import { Editor } from '/workbench/js/panel/editor.js';
import { trouble } from '/workbench/js/panel/saved-state.js';

export class Desk {
  #editor = null;

  /**
   * `panel`: {data, saved, signing, drawings, mayWrite, listed(): a row has changed, open(row, {revising}), start(),
   * jump(geometry)}, as they are at the moment.
   */
  constructor(panel, t) {
    Object.assign(this, { panel, t, reading: null });
  }

  get editor() {
    return this.#editor;
  }

  forget() {
    this.reading = null;
    this.#editor = null;
  }

  /** Into `place`. `nothing`: what stands there when no reading is open. */
  draw(place, nothing) {
    const { reading, panel, t } = this;
    if (!reading) {
      this.#editor = null;
      fill(place, nothing);
      return;
    }
    const { skeleton, described } = panel.data;
    const kind = skeleton.bones.find((each) => each.bone.value === reading.row.lesion.site.bone).kind;
    this.#editor = new Editor({ row: reading.row, kind, form: described.findings, instruments: described.instruments, prior: reading.prior, t, on: this.#actions(reading) });
    fill(place, this.#editor.element);
    this.changed();
    this.drawMeasure();
  }

  drawMeasure() {
    if (this.#editor && this.reading?.isOpen) this.panel.drawings.draw(this.#editor.measure, this.reading, this.panel.data.skeleton, this.t);
  }

  /** Something of the reading has changed: an answer, or what became of it. */
  changed() {
    const { reading, panel } = this;
    if (!reading || !this.#editor) return;
    panel.saved.update(reading.keeper);
    this.#editor.update({ shown: reading.shown, answer: reading.answered, readOnly: !reading.isOpen, keeper: reading.keeper, isStale: reading.isStale });
    this.#drawTrouble(reading.keeper);
    const now = reading.state;
    if (reading.row.state !== now || reading.row.unsaved !== reading.isUnsaved) {
      Object.assign(reading.row, { state: now, unsaved: reading.isUnsaved });
      panel.listed();
    }
  }

  #drawTrouble(keeper) {
    const { signing } = this.panel;
    const troubles = trouble(keeper, this.t, { compare: () => signing.compare(), look: () => signing.look(), beginAgain: () => this.#beginAgain() });
    const state = keeper?.state;
    if (this.#editor.trouble.dataset.state === state && state !== 'refused') return;
    this.#editor.trouble.dataset.state = state || '';
    fill(this.#editor.trouble, troubles);
    if (state === 'conflict') signing.compare();
  }

  /** As it stands on the server: what is left here of a draft that is none any more is dropped. */
  #beginAgain() {
    this.reading.drop();
    this.panel.start();
  }

  #actions(reading) {
    const { panel } = this;
    return {
      answer: (question, value, { stays = false, typing = false } = {}) => {
        reading.answer(question, value, { typing });
        if (!stays && value !== null) this.#editor.step(1, { unanswered: true });
      },
      confirm: (question) => reading.confirm([question.finding]),
      confirmAll: () => reading.confirm(reading.shown.carried),
      copy: (question) => reading.copy([question.finding]),
      copyAll: () => reading.copyAll(),
      note: (text) => reading.note(text),
      undo: () => reading.keeper?.undo(),
      redo: () => reading.keeper?.redo(),
      jump: () => panel.jump(reading.shown.geometry),
      sign: () => panel.signing.sign(),
      discard: () => panel.signing.discard(),
      revise: panel.mayWrite ? () => panel.open(reading.row, { revising: reading.signed.reading_id }) : null,
    };
  }
}

/** The head of the panel: whose study it is, the task of the study, what became of saving. */
export function headOf(study, when, task, saved) {
  return el('div', { class: 'top' },
    el('p', { class: 'what' }, el('span', { class: 'code' }, study.pseudonym), el('span', { class: 'muted' }, `${study.modalities.join(' / ')} · ${when}`)),
    task,
    saved.element);
}
