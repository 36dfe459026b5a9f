// What is decided while it is decided: kept in this browser at each change, taken back and made again. The server takes all
// decisions of a study at once, when they are signed.

import { dropUnsaved, keepUnsaved, leftBehind, unsavedName } from '/workbench/js/panel/unsaved.js';

/** Event 'change'. `isKept`: false where this browser cannot keep it. */
export class DecisionKeeper extends EventTarget {
  #past = [];
  #future = [];
  #isTyping = false;

  constructor(name, doc) {
    super();
    Object.assign(this, { name, doc, isKept: true, isTouched: false });
  }

  change(doc, { typing = false } = {}) {
    if (!(typing && this.#isTyping)) this.#past.push(this.doc);
    this.#future = [];
    this.#isTyping = typing;
    this.#now(doc);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  /** It is signed, or was by another window: nothing of it is needed any more. */
  drop() {
    dropUnsaved(this.name);
    this.isTouched = false;
  }

  /** Go on with what was left. */
  takeUp(doc) {
    this.#now(doc);
  }

  #step(from, to) {
    if (!from.length) return;
    to.push(this.doc);
    this.#isTyping = false;
    this.#now(from.pop());
  }

  #now(doc) {
    this.doc = doc;
    this.isTouched = true;
    this.isKept = keepUnsaved(this.name, { doc, at: new Date().toISOString() });
    this.dispatchEvent(new Event('change'));
  }
}

/** A keeper for one assignment; `isFit(doc)` says whether what a closed window has left can be gone on with. */
export async function keeperOf({ reader, assignment, study, begin, isFit }) {
  const keeper = new DecisionKeeper(unsavedName(reader, assignment, study, 'adjudication'), begin);
  const left = (await leftBehind(reader)).filter((each) => each.lesionId === assignment);
  const usable = left.filter((each) => isFit(each.record.doc));
  if (usable.length) keeper.takeUp(usable.at(-1).record.doc);
  for (const each of left) dropUnsaved(each.name);
  return keeper;
}
