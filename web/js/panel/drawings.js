// What is drawn in the viewer while a lesion is open: measured by the server, put into the form, shown as numbers.

import { ApiError } from '/workbench/js/api.js';
import { fill } from '/workbench/js/dom.js';
import { isRegion, suggestion } from '/workbench/js/panel/density.js';
import { measureView } from '/workbench/js/panel/measure-view.js';
import { bodyOf, changeOf, CortexGuide, geometryOf, HeightsGuide, measured } from '/workbench/js/panel/measuring.js';
import { sentence } from '/workbench/js/states.js';

export class Drawings {
  #waiting = null;
  #taken = new Set();

  /** `changed` redraws; `want(step)` tells a viewer which point is waited for; `done()`: go on with what is not answered. */
  constructor({ changed, want, done }) {
    Object.assign(this, { changed, want, done, state: { guide: null, busy: false, answer: null, problem: null, region: null, suggestion: null, comparing: false } });
  }

  begin(reading, study) {
    this.#leave();
    Object.assign(this, { reading, study });
    this.state = { guide: null, busy: false, answer: null, problem: null, region: null, suggestion: null, comparing: false };
  }

  start(reading, skeleton, kind = null) {
    const { site } = reading.row.lesion;
    const isLong = skeleton.bones.find((each) => each.bone.value === site.bone)?.kind === 'long_bone';
    const wanted = kind || (site.level ? 'vertebra' : isLong ? 'cortex' : null);
    if (!wanted) return;
    this.state = { ...this.state, guide: wanted === 'vertebra' ? new HeightsGuide(site.level) : new CortexGuide(), problem: null, answer: null };
    this.#next();
  }

  /** True when it was a step of the measurement under way. */
  takes(drawing) {
    const { guide } = this.state;
    if (!guide || this.state.busy || this.#taken.has(drawing.uid) || !guide.take(drawing)) return Boolean(guide) && this.#taken.has(drawing.uid);
    if (drawing.uid) this.#taken.add(drawing.uid);
    this.#next();
    return true;
  }

  /** One drawing alone: its numbers into the form, and its place if the draft has none. */
  async measure(drawing, reading) {
    if (this.state.comparing) return this.#compared(drawing);
    return this.#measured(bodyOf(drawing, this.study), [drawing], reading);
  }

  async finish(reading) {
    const { guide } = this.state;
    await this.#measured(guide.body(this.study), guide.drawn, reading);
    const isDone = !this.state.problem;
    if (isDone) this.#leave();
    this.changed();
    // The next digit must not answer the question that was measured just now.
    if (isDone) this.done();
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

  forget(uid) {
    if (this.#waiting?.uid === uid) this.#waiting = null;
    this.#taken.delete(uid);
  }

  draw(box, reading, skeleton, t) {
    const { site } = reading.row.lesion;
    const kind = skeleton.bones.find((each) => each.bone.value === site.bone)?.kind;
    fill(box, measureView(this.state, site, kind, t, {
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
      compare: () => {
        this.state.comparing = true;
        this.changed();
      },
      take: (type) => {
        this.state.suggestion = null;
        reading.take({ findings: { lesion_type: type } });
        this.changed();
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
  async #compared(drawing) {
    await this.#asking(async () => {
      Object.assign(this.state, { suggestion: await suggestion(this.state.region, bodyOf(drawing, this.study)), comparing: false });
    });
  }

  async #measured(body, drawings, reading) {
    await this.#asking(async () => {
      const answer = await measured(body);
      const change = changeOf(answer, reading.shown.findings) || {};
      const geometry = reading.shown.geometry ? null : geometryOf(drawings);
      if (geometry) change.geometry = geometry;
      if (Object.keys(change).length) reading.take(change);
      Object.assign(this.state, { answer, suggestion: null, region: isRegion(body, answer) ? body : null });
    });
  }

  async #asking(ask) {
    Object.assign(this.state, { busy: true, problem: null });
    this.changed();
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof ApiError) && error.name !== 'Unreachable') throw error;
      this.state.problem = reasonOf(error);
    } finally {
      this.state.busy = false;
      this.changed();
    }
  }
}

function reasonOf(error) {
  const first = error.problem?.errors?.[0];
  return first ? `${sentence(error)} ${first.detail}` : sentence(error);
}
