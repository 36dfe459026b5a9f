// One lesion on one study: signed and only looked at, or a draft that is written.

import { ApiError, del, post } from '/workbench/js/api.js';
import { isAnswered, patchOf } from '/workbench/js/panel/form.js';
import { DraftKeeper } from '/workbench/js/panel/draft-keeper.js';
import { firstScores, priorOf, stateOf } from '/workbench/js/panel/lesions.js';
import { dropUnsaved, unsavedName } from '/workbench/js/panel/unsaved.js';

const UNREAD = { findings: {}, carried: [], note: null, geometry: null, revises: null };

export class Reading extends EventTarget {
  /** `left`: what a window that is gone has left of it; `revising`: the signed reading that is revised. */
  static async open({ row, study, reader, mayWrite, left = null, revising = null }) {
    const draft = await draftOf(row, revising);
    const isDraft = mayWrite && (draft !== null || left !== null || row.reading === null);
    const prior = await priorOf(row.lesion.lesion_id, study);
    const scores = draft || row.reading ? null : await firstScores(row.lesion.site);
    const reading = new Reading();
    Object.assign(reading, { row, study, prior, scores, signed: isDraft ? null : row.reading, keeper: null, measuring: 0 });
    if (isDraft) reading.#keep(draft, reader, left);
    return reading;
  }

  #keep(draft, reader, left) {
    const { row, study, prior } = this;
    const name = unsavedName(reader, row.lesion.lesion_id, study, draft?.revises?.reading_id);
    this.keeper = new DraftKeeper({ lesionId: row.lesion.lesion_id, study, reader, name, draft, prior: prior?.findings ?? null, left: left?.record ?? null });
    if (left) dropUnsaved(left.name);
    this.keeper.addEventListener('change', () => this.#changed());
  }

  get isOpen() {
    return this.keeper !== null && !this.keeper.isClosed;
  }

  /** Nothing of it is under way: all is saved, and what was drawn is measured. */
  get isAtRest() {
    return this.keeper.isSaved && this.measuring === 0;
  }

  get shown() {
    if (this.signed) return { ...this.signed, carried: [], revises: null };
    return this.keeper ? { ...UNREAD, ...this.keeper.shown } : UNREAD;
  }

  /** What the server said last: scores, and what they wait for. */
  get answered() {
    return this.signed || this.keeper?.base || (this.scores ? { scores: this.scores, missing: null } : null);
  }

  get isUnsaved() {
    return this.keeper !== null && ['waiting', 'conflict', 'refused', 'identifying', 'gone'].includes(this.keeper.state);
  }

  get isStale() {
    return this.isUnsaved && this.keeper.state !== 'identifying';
  }

  get state() {
    const draft = this.keeper?.base || !this.keeper?.isSaved ? this.keeper && this.shown : null;
    return stateOf(this.row.lesion, draft, this.signed);
  }

  answer(question, value, { typing = false } = {}) {
    const earlierStudy = this.prior?.from_study_instance_uid;
    this.keeper.change({ findings: patchOf(question, value, this.shown.findings, { earlierStudy }) }, { typing });
  }

  confirm(findings) {
    const confirm = findings.filter((each) => this.shown.carried.includes(each));
    if (confirm.length) this.keeper.change({ confirm });
  }

  /** Findings of the prior reading, as values to be confirmed. */
  copy(findings) {
    const carry = findings.filter((each) => this.prior?.carried.includes(each));
    if (carry.length) this.keeper.change({ carry });
  }

  /** All of the prior reading that is not answered here yet. */
  copyAll() {
    this.copy((this.prior?.carried || []).filter((each) => !isAnswered({ path: [each] }, this.shown.findings)));
  }

  note(text) {
    this.keeper.change({ note: text }, { typing: true });
  }

  /** Whatever it is that comes of `work`, this reading waits for it before it is put away. */
  async during(work) {
    this.measuring += 1;
    try {
      await work();
    } finally {
      this.measuring -= 1;
      this.#changed();
    }
  }

  /** What was drawn and measured. */
  take(change) {
    this.keeper.change(change);
  }

  /** The signed reading, or null while something is not saved. */
  async sign({ reason, checked }) {
    const { keeper } = this;
    await keeper.begun();
    if (!(await keeper.settled()) && keeper.state !== 'new') return null;
    const wanted = { ...(reason ? { reason } : {}), ...(checked ? { text_checked: true } : {}) };
    const { body } = await post(`/drafts/${keeper.base.draft_id}/sign`, wanted, { etag: keeper.etag });
    keeper.close();
    return body;
  }

  async discard() {
    const { keeper } = this;
    if (keeper.base) await deleted(keeper);
    keeper.close();
  }

  /** Go to another lesion: what is not saved goes on being sent, and the lesion is opened again as it is. */
  leave() {
    if (!this.isOpen) return;
    if (this.isAtRest) {
      this.rest();
      return;
    }
    this.row.open = this;
    this.keeper.settled().catch(() => false);
  }

  /** Nothing of it is wanted here any more: it is a draft no longer. */
  drop() {
    this.keeper.close();
  }

  /** All is saved: the draft is the server's. */
  rest() {
    Object.assign(this.row, { draft: this.keeper.base, open: null });
    this.keeper.close();
  }

  /** The page goes away: what is not saved waits in the browser for the next. */
  end() {
    if (this.isOpen) this.keeper.close({ keep: !this.keeper.isSaved });
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** Also when it was signed or discarded elsewhere: then it is gone already. */
async function deleted({ base, etag }) {
  try {
    await del(`/drafts/${base.draft_id}`, { etag });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

async function draftOf(row, revising) {
  if (revising) return (await post(`/readings/${revising}/drafts`)).body;
  return row.draft;
}
