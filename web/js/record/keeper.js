// One entry while it is filled in: kept in the browser with every change, saved when one says so, and sent again until the
// server has answered. Nothing that somebody else saved is overwritten unseen.

import { ApiError, get, post, put, Unreachable } from '/workbench/js/api.js';
import { dropUnsaved, keepUnsaved, unsavedName } from '/workbench/js/panel/unsaved.js';
import { variablesOf } from '/workbench/js/record/dictionary.js';
import { ofSameKey } from '/workbench/js/record/load.js';
import { isGiven, same } from '/workbench/js/record/wording.js';

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;
const PLACE = 'record/';

/** What windows that are gone have left of one patient's record: of `leftBehind`. */
export const isOfRecord = (left, pseudonym) => left.lesionId === pseudonym && left.study.startsWith(PLACE);
export const formOfLeft = (left) => left.study.slice(PLACE.length);

/** The same of a keeper of this window, which goes on. */
export function leftHere(keeper, pseudonym) {
  return {
    name: keeper.name,
    lesionId: pseudonym,
    study: `${PLACE}${keeper.form.name}`,
    keeper,
    get record() {
      return keeper.record;
    },
  };
}

/**
 * `state`: 'still' (nothing entered), 'edited' (kept in this browser), 'saving', 'saved' (`entry`), 'waiting' (the server is
 * away), 'conflict' (`other`: the entry as somebody else saved it), 'exists' (`other`: the entry that the record has of the
 * same thing), 'identifying' (`places`), 'refused' (`problem`). Event: 'change'.
 */
export class EntryKeeper extends EventTarget {
  #timer = null;
  #retryMs = FIRST_RETRY_MS;
  #stop = new AbortController();
  #isUncertain = false;

  /** `entry`: the one that is revised, null for a new one; `values`: what it begins with; `left`: of another window. */
  constructor({ pseudonym, form, reader, entry = null, values = {}, left = null }) {
    super();
    const name = left?.name ?? unsavedName(reader, pseudonym, `${PLACE}${form.name}`, entry?.entry_id);
    Object.assign(this, { pseudonym, form, reader, name, base: entry, values, begunWith: values, wanted: null, checked: false });
    Object.assign(this, { state: 'still', entry: null, other: null, places: null, problem: null, isKept: true, at: null });
    addEventListener('online', () => this.state === 'waiting' && this.#soon(0), { signal: this.#stop.signal });
    if (left) this.#takeUp(left.record);
  }

  get isUnsaved() {
    return !['still', 'saved'].includes(this.state);
  }

  change(values) {
    Object.assign(this, { values, places: null, problem: null, checked: false });
    if (this.state !== 'saving' && this.state !== 'waiting') this.state = 'edited';
    this.#keep();
    this.#tell();
  }

  /** `wanted`: 'draft' or 'final'; `checked`: somebody looked at the texts. */
  async save(wanted, { checked = false } = {}) {
    if (this.state === 'saving') return;
    clearTimeout(this.#timer);
    Object.assign(this, { wanted, checked, state: 'saving' });
    this.#keep();
    this.#tell();
    await this.#send();
  }

  /** After a comparison: `values` on top of what the other one says. */
  resolve(values) {
    Object.assign(this, { base: this.other, begunWith: this.other.values, other: null, values, state: 'edited' });
    return this.save(this.wanted);
  }

  /** Forget what was entered. */
  discard() {
    this.rest();
    dropUnsaved(this.name);
    if (this.state !== 'saved') this.state = 'still';
  }

  /** Stop sending; what was entered stays in the browser. */
  rest() {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  #takeUp({ base, begunWith, values, wanted, checked, at }) {
    Object.assign(this, { base, begunWith, values, wanted, checked, at, state: wanted ? 'waiting' : 'edited' });
    // The window that left it may have been answered after all.
    this.#isUncertain = Boolean(wanted);
    keepUnsaved(this.name, this.record);
    if (wanted) this.#soon(0);
  }

  /** All that is needed to go on with it in another window. */
  get record() {
    const { base, begunWith, values, wanted, checked, at, state } = this;
    const isAsked = state === 'saving' || state === 'waiting';
    return { base, begunWith, values, wanted: isAsked ? wanted : null, checked, at };
  }

  #keep() {
    this.at = new Date().toISOString();
    this.isKept = keepUnsaved(this.name, this.record);
  }

  async #send() {
    const sent = this.values;
    try {
      if (this.#isUncertain && (await this.#isThere(sent))) return;
      const body = { state: this.wanted, values: sent, text_checked: this.checked || this.#areTextsLookedAt() };
      const answer = this.base
        ? await put(`/record-entries/${this.base.entry_id}`, body, { etag: this.base.etag })
        : await post(`/patients/${encodeURIComponent(this.pseudonym)}/record/${this.form.name}`, body);
      this.#saved({ ...answer.body, etag: answer.etag }, sent);
    } catch (error) {
      await this.#failed(error, sent);
    }
  }

  /** The same texts as in a version that somebody entered: they were looked at then. */
  #areTextsLookedAt() {
    if (!this.base || this.base.import_id) return false;
    const texts = variablesOf(this.form).filter((each) => each.type === 'text');
    return texts.every(({ name }) => !isGiven(this.values[name]) || same(this.values[name], this.base.values[name]));
  }

  #saved(entry, sent) {
    this.#retryMs = FIRST_RETRY_MS;
    this.#isUncertain = false;
    if (JSON.stringify(sent) !== JSON.stringify(this.values)) {
      // More was entered meanwhile: it is of the version that is there now.
      Object.assign(this, { base: entry, begunWith: entry.values, state: 'edited' });
      this.#keep();
    } else {
      Object.assign(this, { entry, state: 'saved' });
      this.discard();
    }
    this.#tell();
  }

  async #failed(error, sent) {
    try {
      await this.#judge(error, sent);
    } catch (further) {
      if (!(further instanceof ApiError || further instanceof Unreachable)) throw further;
      this.#wait();
    }
    if (this.state === 'saved') return;
    this.#keep();
    this.#tell();
  }

  async #judge(error, sent) {
    if (error instanceof Unreachable) this.#isUncertain = true;
    if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
    if (error instanceof Unreachable || error.status >= 500 || error.status === 429) return this.#wait();
    if (error.status === 412) return this.#overtaken(sent);
    if (error.status === 409) return this.#exists();
    if (error.problem.identifying) return Object.assign(this, { state: 'identifying', places: error.problem.identifying });
    return Object.assign(this, { state: 'refused', problem: error.problem });
  }

  #wait() {
    this.state = 'waiting';
    this.#soon(this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  #soon(delay) {
    clearTimeout(this.#timer);
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.state = 'saving';
      this.#send();
    }, delay);
  }

  /** Somebody saved it meanwhile; or we did, and never heard of it. */
  async #overtaken(sent) {
    const { body, etag } = await get(`/record-entries/${this.base.entry_id}`);
    const newest = { ...body, etag };
    if (this.#isMine(newest, sent)) return this.#saved(newest, sent);
    return Object.assign(this, { state: 'conflict', other: newest });
  }

  async #exists() {
    const other = ofSameKey(this.form, this.values, await this.#entries());
    return Object.assign(this, other ? { state: 'exists', other } : { state: 'refused', problem: {} });
  }

  /** Whether an answer that was lost said that all is saved. */
  async #isThere(sent) {
    if (this.base) return false;
    const there = (await this.#entries()).find((each) => this.#isMine(each, sent));
    if (there) this.#saved(there, sent);
    else this.#isUncertain = false;
    return Boolean(there);
  }

  async #entries() {
    return (await get(`/patients/${encodeURIComponent(this.pseudonym)}/record`)).body.entries;
  }

  #isMine(entry, sent) {
    const isSame = Object.entries(sent).every(([name, value]) => !isGiven(value) || same(value, entry.values[name]));
    return entry.form === this.form.name && entry.entered_by === this.reader && entry.state === this.wanted && isSame && Object.keys(sent).length > 0;
  }

  #tell() {
    this.dispatchEvent(new Event('change'));
  }
}
