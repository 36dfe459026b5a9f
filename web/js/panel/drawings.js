// What is drawn in the viewer while a lesion is open: measured by the server, put into the form, shown as numbers.

import { ApiError } from '/workbench/js/api.js';
import { fill } from '/workbench/js/dom.js';
import { isRegion, suggestion } from '/workbench/js/panel/density.js';
import { measureView } from '/workbench/js/panel/measure-view.js';
import { bodyOf, changeOf, CortexGuide, geometryOf, HeightsGuide, measured } from '/workbench/js/panel/measuring.js';
import { sentence } from '/workbench/js/states.js';

const begun = () => ({
  guide: null, finished: null, waiting: 0, busy: false, answer: null, problem: null, region: null, suggestion: null, comparing: false, placing: false,
});

export class Drawings {
  #waiting = null;
  #taken = new Set();
  /** By uid, what was handed over last: what is measured of an earlier shape is not taken. */
  #newest = new Map();
  /** By lesion, the drawings that its place is from; none where they were deleted. */
  #placed = new Map();
  #queue = Promise.resolve();

  /**
   * `changed` redraws; `want(step)` tells a viewer which point is waited for; `done()`: go on with what is not answered;
   * `missed(reading, why)`: a lesion that is no longer shown could not be measured.
   */
  constructor({ changed, want, done, missed }) {
    Object.assign(this, { changed, want, done, missed, state: begun() });
  }

  begin(reading, study) {
    this.#leave();
    Object.assign(this, { reading, study, state: begun() });
  }

  /** Resolves when nothing is being measured. */
  settled() {
    return this.#queue;
  }

  start(reading, skeleton, kind = null) {
    const { site } = reading.row.lesion;
    const isLong = skeleton.bones.find((each) => each.bone.value === site.bone)?.kind === 'long_bone';
    const wanted = kind || (site.level ? 'vertebra' : isLong ? 'cortex' : null);
    if (!wanted) return;
    Object.assign(this.state, { guide: wanted === 'vertebra' ? new HeightsGuide(site.level) : new CortexGuide(), problem: null, answer: null });
    this.#next();
  }

  /** True when it was a step of the measurement under way, or of the one that was made last. */
  takes(drawing) {
    const { guide, finished } = this.state;
    this.#newest.set(drawing.uid, drawing);
    if (finished?.move(drawing)) {
      this.#measured(finished.body(this.study), finished.drawn, this.reading);
      return true;
    }
    if (!guide) return false;
    if (guide.move(drawing)) {
      this.#next();
      return true;
    }
    if (this.#taken.has(drawing.uid)) return true;
    if (!guide.take(drawing)) return false;
    if (drawing.uid) this.#taken.add(drawing.uid);
    this.#next();
    return true;
  }

  /** One drawing alone: its numbers into the form, and its place if the draft has none. */
  async measure(drawing, reading) {
    this.#newest.set(drawing.uid, drawing);
    if (this.state.comparing) return this.#compared(drawing);
    return this.#measured(bodyOf(drawing, this.study), [drawing], reading);
  }

  async finish(reading) {
    const { state } = this;
    const { guide } = state;
    await this.#measured(guide.body(this.study), guide.drawn, reading);
    if (state.problem || state !== this.state) return;
    this.#leave();
    state.finished = guide;
    this.changed();
    // The next digit must not answer the question that was measured just now.
    this.done();
  }

  keep(drawing) {
    this.#waiting = drawing;
  }

  kept() {
    const drawing = this.#waiting;
    this.#waiting = null;
    return drawing;
  }

  drop() {
    this.#waiting = null;
  }

  /** It was deleted in the viewer: what was measured stays, and what is drawn next is the place of the lesion. */
  forget(uid) {
    if (this.#waiting?.uid === uid) this.#waiting = null;
    this.#taken.delete(uid);
    this.#newest.delete(uid);
    for (const uids of this.#placed.values()) if (uids.has(uid)) uids.clear();
    const { guide, finished } = this.state;
    if (finished?.drop(uid)) this.state.finished = null;
    if (guide?.drop(uid)) this.#next();
  }

  draw(box, reading, skeleton, t) {
    const { site } = reading.row.lesion;
    const kind = skeleton.bones.find((each) => each.bone.value === site.bone)?.kind;
    const set = (change) => {
      Object.assign(this.state, change);
      this.changed();
    };
    fill(box, measureView({ ...this.state, hasPlace: Boolean(reading.shown.geometry) }, site, kind, t, {
      start: (wanted) => this.start(reading, skeleton, wanted),
      add: (level) => {
        this.state.guide.add(level);
        this.#next();
      },
      back: () => {
        this.state.guide.back();
        this.#next();
      },
      leave: () => {
        this.#leave();
        this.changed();
      },
      finish: () => this.finish(reading),
      place: () => set({ placing: true }),
      compare: () => set({ comparing: true }),
      take: (type) => {
        reading.take({ findings: { lesion_type: type } });
        set({ suggestion: null });
      },
    }));
    if (!this.state.guide) return;
    box.closest('details')?.setAttribute('open', '');
    box.scrollIntoView({ block: 'nearest' });
  }

  #next() {
    const { guide } = this.state;
    this.want(guide.step ? { kind: guide.kind, ...guide.step } : null);
    this.changed();
  }

  /** Nothing is waited for any more: a viewer puts its tool back. */
  #leave() {
    if (this.state.guide?.step) this.want(null);
    this.state.guide = null;
  }

  /** The next drawing is normal bone: what it suggests is shown, and the reader takes it or not. */
  #compared(drawing) {
    const { state, reading } = this;
    return this.#inTurn(state, reading, async () => {
      Object.assign(state, { suggestion: await suggestion(state.region, bodyOf(drawing, this.study)), comparing: false });
    });
  }

  #measured(body, drawings, reading) {
    const { state } = this;
    return this.#inTurn(state, reading, async () => {
      if (!this.#areNewest(drawings)) return;
      const answer = await measured(body);
      if (!this.#areNewest(drawings) || !reading.isOpen) return;
      const change = changeOf(answer, reading.shown.findings) || {};
      const geometry = this.#isPlace(drawings, reading, state) ? geometryOf(drawings) : null;
      if (geometry) {
        change.geometry = geometry;
        this.#placed.set(reading.row.lesion.lesion_id, new Set(drawings.map(({ uid }) => uid)));
      }
      if (Object.keys(change).length) reading.take(change);
      Object.assign(state, { answer, placing: false, suggestion: null, region: isRegion(body, answer) ? body : null });
    });
  }

  #areNewest(drawings) {
    return drawings.every((each) => !each.uid || sameShape(this.#newest.get(each.uid), each));
  }

  /** Whether the lesion is where these are: it has no place, or the one that it has is from them, or is no more. */
  #isPlace(drawings, reading, { placing }) {
    const from = this.#placed.get(reading.row.lesion.lesion_id);
    return placing || !reading.shown.geometry || Boolean(from && (from.size === 0 || drawings.some(({ uid }) => from.has(uid))));
  }

  /** One after the other, as they were drawn: an answer that is slow must not replace a later one. */
  #inTurn(state, reading, work) {
    this.#wait(state, 1);
    state.problem = null;
    const done = this.#queue.then(() => reading.during(() => this.#asking(state, reading, work)));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #asking(state, reading, work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError) && error.name !== 'Unreachable') throw error;
      state.problem = reasonOf(error);
      if (state !== this.state) this.missed(reading, state.problem);
    } finally {
      this.#wait(state, -1);
    }
  }

  #wait(state, more) {
    state.waiting += more;
    state.busy = state.waiting > 0;
    this.changed();
  }
}

/** The guides keep copies with the point named: they are of the same shape as what was handed over. */
function sameShape(newest, drawing) {
  return newest?.points === drawing.points;
}

function reasonOf(error) {
  const first = error.problem?.errors?.[0];
  return first ? `${sentence(error)} ${first.detail}` : sentence(error);
}
