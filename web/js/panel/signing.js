// Signing a draft, and what stands in the way: a reason, a text that names somebody, a colleague who was quicker.

import { get } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { restoring } from '/workbench/js/panel/changes.js';
import { conflictDialog, sourcesOf } from '/workbench/js/panel/conflict-dialog.js';
import { textDialog } from '/workbench/js/panel/text-dialog.js';
import { sentence } from '/workbench/js/states.js';

export class Signing {
  #busy = false;

  /** `host`: {reading, editor, drawings, show(dialog), signed(reading), discarded()} as they are at the moment. */
  constructor(host, t) {
    Object.assign(this, { host, t });
  }

  /** While a signature is under way nothing is entered: it would be lost with the draft. */
  get isBusy() {
    return this.#busy;
  }

  async sign({ checked = false } = {}) {
    const { reading, editor } = this.host;
    if (!reading?.isOpen || this.#busy) return;
    const reason = editor.reason?.value.trim() || null;
    if (reading.shown.revises && !reason) {
      editor.reason.focus();
      this.#say('warning', this.t('reasonNeeded'));
      return;
    }
    this.#busy = true;
    editor.element.inert = true;
    let signed = null;
    try {
      await this.host.drawings.settled();
      signed = await reading.sign({ reason, checked });
    } catch (error) {
      this.#stillOpen(editor);
      await this.#notSigned(error, reason);
    } finally {
      this.#busy = false;
    }
    if (signed) await this.host.signed(signed);
    else this.#stillOpen(editor);
  }

  /** It was not signed: what is entered counts again. */
  #stillOpen({ element, signButton }) {
    if (!element.inert) return;
    element.inert = false;
    if (element.isConnected && !element.getRootNode().activeElement) signButton.focus({ preventScroll: true });
  }

  /** Both versions of a draft that was saved in another window. */
  compare() {
    const { reading, editor } = this.host;
    const { keeper } = reading;
    if (keeper.state === 'conflict') this.host.show(conflictDialog(editor.questions, keeper, this.t, (change) => keeper.resolve(change)));
  }

  look() {
    const { keeper } = this.host.reading;
    this.#look(keeper.held, keeper.places, () => keeper.noteIsChecked(), this.host.editor.note);
  }

  discard() {
    const { reading } = this.host;
    const { t } = this;
    const dialog = el('dialog', { 'aria-labelledby': 'discard-title' });
    const act = async () => {
      dialog.close();
      try {
        await reading.discard();
        await this.host.discarded();
      } catch (error) {
        this.#say('danger', sentence(error));
      }
    };
    dialog.append(
      el('h2', { id: 'discard-title' }, t('discardTitle')), el('p', {}, t('discardDetail')),
      el('div', { class: 'actions' },
        el('button', { type: 'button', class: 'primary', onclick: () => dialog.close() }, t('keep')),
        el('button', { type: 'button', onclick: act }, t('discard'))));
    dialog.addEventListener('close', () => dialog.remove());
    this.host.show(dialog);
  }

  async #notSigned(error, reason) {
    const { problem = {}, status } = error;
    const { reading, editor } = this.host;
    if (problem.identifying) {
      const isReason = problem.identifying[0].pointer === '#/reason';
      const places = problem.identifying.filter((each) => (each.pointer === '#/reason') === isReason);
      this.#look(isReason ? reason : reading.shown.note, places, () => this.sign({ checked: true }), isReason ? editor.reason : editor.note);
    } else if (status === 412 && problem.current?.draft_id) {
      reading.keeper.overtaken(problem);
    } else if (status === 412 && problem.current?.reading_id) {
      await this.#colleagueRevised(problem.current);
    } else if (problem.carried) {
      this.#say('danger', this.t('confirmFirst', { which: problem.carried.map((each) => editor.labelOf(each)).join(', ') }));
      editor.focus();
    } else {
      this.#say('danger', sentence(error));
    }
  }

  /** A colleague signed a revision meanwhile: item by item, and then this draft goes on top of theirs. */
  async #colleagueRevised(theirs) {
    const { reading, editor } = this.host;
    const { keeper } = reading;
    const { revision } = keeper.base.revises;
    const { body: base } = await get(`/readings/${theirs.reading_id}/revisions/${revision}`);
    const both = { shown: keeper.shown, base, conflict: { current: { ...theirs, carried: [] } } };
    this.#say('danger', this.t('overtaken', { by: theirs.recorded_by, revision: theirs.revision }));
    this.host.show(conflictDialog(editor.questions, both, this.t, (_change, chosen) => {
      keeper.change({ ...kept(theirs, keeper.shown, chosen), onto: theirs.revision });
    }));
  }

  #look(text, places, confirm, field) {
    this.host.show(textDialog(text, places, this.t, { confirm, correct: () => field.focus() }));
  }

  #say(tone, text) {
    fill(this.host.editor.trouble, el('p', { class: `notice ${tone}`, role: 'alert' }, text));
  }
}

/** Theirs, where mine was not chosen. */
function kept(theirs, mine, chosen) {
  const all = new Set([...Object.keys(theirs.findings), ...Object.keys(mine.findings)]);
  const names = [...all].filter((each) => each !== 'sources' && !chosen.has(each));
  const { findings } = restoring({ findings: Object.fromEntries(names.map((each) => [each, theirs.findings[each]])), carried: [] }, mine);
  const others = ['note', 'geometry'].filter((each) => !chosen.has(each)).map((each) => [each, theirs[each] ?? null]);
  return { findings: { ...findings, ...sourcesOf(names, theirs.findings, mine.findings) }, ...Object.fromEntries(others) };
}
