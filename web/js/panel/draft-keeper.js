// One draft while it is made: every change is shown at once, kept in the browser, and sent until the server has it.

import { all, ApiError, patch, post, Unreachable } from '/workbench/js/api.js';
import { applied, asItIs, inTurn, isEmpty, NOTHING, restoring, together } from '/workbench/js/panel/changes.js';
import { dropUnsaved, keepUnsaved } from '/workbench/js/panel/unsaved.js';

const FIRST_VERSION = 1;
const TYPING_MS = 500;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;

/**
 * `state`: 'new' (nothing begun), 'saved', 'saving', 'waiting' (not saved: the server is away), 'conflict' (`conflict`: the
 * draft as another window saved it), 'identifying' (`places`: where the note seems to name somebody), 'refused' (`problem`),
 * 'gone' (signed or discarded elsewhere). Event: 'change'.
 */
export class DraftKeeper extends EventTarget {
  #timer = null;
  #retryMs = FIRST_RETRY_MS;
  #sending = null;
  #history = { past: [], future: [] };

  /** `reader`: whose draft it is, as readings name them. */
  constructor({ lesionId, study, reader, name, draft = null, prior = null, left = null }) {
    super();
    Object.assign(this, { lesionId, study, reader, name, prior, base: draft, inFlight: null, pending: {}, held: null, isForgotten: false });
    Object.assign(this, { conflict: null, places: null, problem: null, state: draft ? 'saved' : 'new', isKept: true });
    this.stop = new AbortController();
    addEventListener('online', () => this.#soon(0), { signal: this.stop.signal });
    if (left) this.#takeUp(left);
  }

  get etag() {
    return this.base ? `"${this.base.version}"` : null;
  }

  /** The draft with all that was entered, saved or not. */
  get shown() {
    const before = applied(this.base || NOTHING, this.inFlight || {}, this.prior);
    const now = applied(before, this.pending, this.prior);
    return this.held === null ? now : { ...now, note: this.held };
  }

  /** Nothing is entered into it any more. */
  get isClosed() {
    return this.stop.signal.aborted;
  }

  get isSaved() {
    return !this.inFlight && isEmpty(this.pending) && this.held === null;
  }

  /** All that is needed to go on with it in another window. */
  get record() {
    const { base, inFlight, pending, held } = this;
    return { base, inFlight, pending, held, at: new Date().toISOString() };
  }

  get canUndo() {
    return this.#history.past.length > 0;
  }

  get canRedo() {
    return this.#history.future.length > 0;
  }

  /** Something was entered. `typing`: more of it will come in a moment. */
  change(change, { typing = false } = {}) {
    this.#remember(change);
    this.#enter(change, typing ? TYPING_MS : 0);
  }

  undo() {
    this.#step('past', 'future');
  }

  redo() {
    this.#step('future', 'past');
  }

  /** Send what waits, now; resolves when all is saved, or when that is not possible at present (false). */
  async settled() {
    clearTimeout(this.#timer);
    while (!this.isSaved) {
      await this.#send();
      if (!['saved', 'saving'].includes(this.state)) return false;
    }
    return this.state === 'saved';
  }

  /** The draft exists on the server after this; or another window was quicker, and `state` says so. */
  async begun() {
    if (this.base) return;
    if (await this.#isSigned()) {
      this.#lost();
      return;
    }
    const { body } = await post(`/lesions/${this.lesionId}/drafts`, { study_instance_uid: this.study });
    if (body.version > FIRST_VERSION || body.carried.length) this.overtaken({ current: body });
    else this.base = body;
  }

  /** In another window, by the same reader, while this one had nothing begun. */
  async #isSigned() {
    const readings = await all(`/lesions/${this.lesionId}/readings`);
    return readings.some((each) => each.study_instance_uid === this.study && each.recorded_by === this.reader);
  }

  /** The draft is another one on the server by now. */
  overtaken(problem) {
    Object.assign(this, { state: 'conflict', conflict: problem });
    this.#kept();
    this.#tell();
  }

  /** After a conflict: `change` on top of what the other window saved. */
  resolve(change) {
    this.base = this.conflict.current;
    Object.assign(this, { conflict: null, inFlight: null, pending: change, state: 'saved' });
    this.#history = { past: [], future: [] };
    this.#kept();
    this.#tell();
    this.#soon(0);
  }

  /** The note is as it should be: send it although it looks as it does. */
  noteIsChecked() {
    const note = this.held;
    Object.assign(this, { held: null, places: null, state: 'saved' });
    this.#enter({ note, text_checked: true }, 0);
  }

  /** Forget this draft here: it was signed, discarded, or is looked at no more. */
  close({ keep = false } = {}) {
    clearTimeout(this.#timer);
    this.stop.abort();
    this.isForgotten = !keep;
    if (!keep) dropUnsaved(this.name);
  }

  #takeUp({ base, inFlight, pending, held }) {
    if (base) this.base = base;
    Object.assign(this, { inFlight, pending, held, state: 'waiting' });
    if (held !== null) this.pending = together(this.pending, { note: held });
    this.held = null;
    this.#kept();
    this.#soon(0);
  }

  #enter(change, delay) {
    if (change.note !== undefined) Object.assign(this, { held: null, places: null });
    this.pending = together(this.pending, change);
    if (['refused', 'identifying', 'new', 'saved'].includes(this.state)) this.state = 'saving';
    this.#kept();
    this.#tell();
    if (!['conflict', 'gone'].includes(this.state)) this.#soon(delay);
  }

  #soon(delay) {
    clearTimeout(this.#timer);
    if (this.isSaved || this.stop.signal.aborted) return;
    this.#timer = setTimeout(() => this.#send(), delay);
  }

  /** One request at a time; the same one again until its answer is known. */
  #send() {
    this.#sending ??= this.#sent().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sent() {
    if (['conflict', 'gone'].includes(this.state)) return;
    try {
      await this.begun();
      if (!this.base || this.isForgotten) return;
      if (!this.inFlight) {
        if (isEmpty(this.pending)) return;
        [this.inFlight, this.pending] = inTurn(this.pending);
        this.#kept();
      }
      const { body } = await patch(`/drafts/${this.base.draft_id}`, this.inFlight, { etag: this.etag, type: 'application/json' });
      this.#arrived(body);
    } catch (error) {
      this.#failed(error);
    }
  }

  #arrived(body) {
    Object.assign(this, { base: body, inFlight: null, problem: null });
    this.#retryMs = FIRST_RETRY_MS;
    this.state = this.held !== null ? 'identifying' : isEmpty(this.pending) ? 'saved' : 'saving';
    this.#kept();
    this.#tell();
    if (!isEmpty(this.pending)) this.#soon(0);
  }

  #failed(error) {
    if (error instanceof Unreachable || isPassing(error)) return this.#again();
    if (!(error instanceof ApiError)) throw error;
    const { status, problem } = error;
    if (status === 412 && problem.current) {
      this.overtaken(problem);
      return undefined;
    } else if (status === 404) {
      this.#lost();
      return undefined;
    } else if (problem.identifying && this.inFlight?.note !== undefined) {
      Object.assign(this, { state: 'identifying', held: this.inFlight.note, places: problem.identifying, inFlight: null });
      if (this.pending.note !== undefined) Object.assign(this, { held: null, places: null, state: 'saving' });
      if (!isEmpty(this.pending)) this.#soon(0);
    } else {
      const waiting = together(this.inFlight || {}, this.pending);
      Object.assign(this, { state: 'refused', problem, pending: waiting, inFlight: null });
    }
    this.#kept();
    this.#tell();
    return undefined;
  }

  #lost() {
    this.state = 'gone';
    this.#kept();
    this.#tell();
  }

  #again() {
    this.state = 'waiting';
    this.#kept();
    this.#tell();
    this.#soon(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #kept() {
    if (this.isForgotten) return;
    if (this.isSaved) {
      dropUnsaved(this.name);
      this.isKept = true;
      return;
    }
    this.isKept = keepUnsaved(this.name, this.record);
  }

  #remember({ findings, carry }) {
    const named = [...Object.keys(findings || {}), ...(carry || [])];
    if (!named.length) return;
    this.#history.past.push(asItIs(named, this.shown));
    this.#history.future = [];
  }

  #step(from, to) {
    const wanted = this.#history[from].pop();
    if (!wanted) return;
    const { shown } = this;
    this.#history[to].push(asItIs(Object.keys(wanted.findings), shown));
    this.#enter(restoring(wanted, shown), 0);
  }

  #tell() {
    this.dispatchEvent(new Event('change'));
  }
}

/** The server is there and cannot at the moment; or nobody is signed in, and nobody asked for it. */
function isPassing(error) {
  return error instanceof ApiError && (error.status >= 500 || error.status === 429 || error.status === 401 || error.status === 408);
}
