// One entry that is filled in: the form, whether it is in the record, and what to do with it.

import '/workbench/components/osteon-record-form.js';
import { compareDialog, askDialog, textDialog } from '/workbench/js/record/dialogs.js';
import { stateChip, trouble, variableOf } from '/workbench/js/record/troubles.js';
import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import recordWords from '/workbench/words/record.js';

const t = words(recordWords);

export class Editor {
  #shownState = null;
  #sent = null;
  #stop = new AbortController();

  /** `on`: {saved(entry), changed(), left()}; `person`, `proposed`, `only`: of `<osteon-record-form>`. */
  constructor({ keeper, known, person, proposed, only = null, on }) {
    Object.assign(this, { keeper, known, on });
    this.form = el('osteon-record-form', { onkeydown: (event) => this.#key(event) });
    Object.assign(this.form, { form: keeper.form.name, values: keeper.values, person, proposed, only });
    this.form.addEventListener('osteon-change', ({ detail }) => keeper.change(detail.values));
    this.state = el('div', { class: 'state-line' });
    this.troubles = el('div', { class: 'troubles' });
    this.actions = el('div', { class: 'actions bar' });
    this.element = el('div', { class: 'editor' }, this.state, this.troubles, this.form, this.actions);
    keeper.addEventListener('change', () => this.#changed(), { signal: this.#stop.signal });
    this.draw();
  }

  draw() {
    const { keeper } = this;
    fill(this.state, stateChip(keeper), el('span', { class: 'fine' }, t('keptHere')));
    fill(this.troubles, trouble(keeper, this.known, { compare: () => compareDialog(keeper), look: () => this.#look() }));
    const busy = keeper.state === 'saving';
    const isFinal = keeper.base?.state === 'final';
    const button = (text, wanted, kind) => el('button', { type: 'button', class: kind, disabled: busy, dataset: { save: wanted }, onclick: () => this.save(wanted) }, text, wanted === 'final' ? el('kbd', {}, 'Ctrl ⏎') : null);
    const focused = this.actions.contains(document.activeElement) ? document.activeElement.dataset.save : null;
    fill(this.actions,
      button(t(isFinal ? 'saveVersion' : 'saveFinal'), 'final', 'primary'),
      button(t('saveDraft'), 'draft', null),
      el('span', { class: 'spring' }),
      el('button', { type: 'button', class: 'quiet', onclick: () => this.leave() }, t(keeper.isUnsaved ? 'discard' : 'close')));
    if (focused) this.actions.querySelector(`[data-save="${focused}"]`)?.focus();
    this.#shownState = keeper.state;
  }

  /** Another entry is looked at: the keeper goes on without this. */
  end() {
    this.#stop.abort();
  }

  save(wanted) {
    this.form.complete = wanted === 'final';
    this.#sent = JSON.stringify(this.form.values);
    return this.keeper.save(wanted);
  }

  /** Away from it: nothing that was entered is dropped without asking. */
  leave() {
    const away = () => {
      this.keeper.discard();
      this.on.left();
    };
    if (!this.keeper.isUnsaved) away();
    else askDialog({ title: t('discardTitle'), detail: t('discardDetail'), yes: t('discard'), no: t('goOn'), act: away });
  }

  #changed() {
    const { keeper } = this;
    if (keeper.state === 'saved') return this.on.saved(keeper.entry);
    // What was chosen of two versions stands in the form.
    if (JSON.stringify(this.form.values) !== JSON.stringify(keeper.values)) this.form.values = keeper.values;
    if (keeper.state === 'edited' && this.#shownState === 'edited') return undefined;
    this.draw();
    this.on.changed();
    if (keeper.state === 'refused') this.#showRefused();
    if (keeper.state === 'identifying') this.#look();
    return undefined;
  }

  #showRefused() {
    const errors = this.keeper.problem.errors ?? [];
    this.form.problems = errors.map(({ pointer, detail }) => ({ variable: variableOf(pointer), detail }));
    // Whoever types on already is not taken away from it.
    if (JSON.stringify(this.form.values) === this.#sent) this.form.focusTrouble();
  }

  #look() {
    textDialog(this.keeper, this.known, {
      correct: (name) => this.form.focusOn(name),
      confirm: () => this.keeper.save(this.keeper.wanted, { checked: true }),
    });
  }

  #key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      event.preventDefault();
      this.save('final');
    }
  }
}
