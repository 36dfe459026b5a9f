// Signing an adjudication: all decisions of a study at once, and what the server says against it.

import { loadAdjudication } from '/workbench/js/adjudication/load.js';
import { openOf, requestOf } from '/workbench/js/adjudication/cases.js';
import { ApiError, post, Unreachable } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { sentence } from '/workbench/js/states.js';

/** "Not now": not both have signed, or it is decided already. */
export const NOT_NOW = 409;

export class AdjudicationSigning {
  #busy = false;

  /** `desk`: {assignment, readOnly, cases, said, reasonOf, open(key), decided(): this signature, overtaken(): another's}. */
  constructor(desk, t) {
    Object.assign(this, { desk, t });
  }

  async sign() {
    const { assignment, readOnly, cases, reasonOf } = this.desk;
    if (readOnly || this.#busy) return;
    const open = cases.find((each) => openOf(each, reasonOf).length);
    if (open) {
      this.#say('warning', this.t('leftInAll', { count: cases.reduce((sum, each) => sum + openOf(each, reasonOf).length, 0) }));
      this.desk.open(open.key);
      return;
    }
    this.#busy = true;
    try {
      await post(`/assignments/${assignment}/adjudicate`, requestOf(cases, reasonOf));
      this.desk.decided();
    } catch (error) {
      await this.#refused(error);
    } finally {
      this.#busy = false;
    }
  }

  /** Nothing is lost: what was decided stays here, until the server says that it is decided already. */
  async #refused(error) {
    const { t } = this;
    if (error instanceof Unreachable) {
      this.#say('danger', t('awayWhileSigning'));
      return;
    }
    if (!(error instanceof ApiError)) throw error;
    if (error.status === NOT_NOW && (await this.#isDecidedElsewhere())) {
      await this.desk.overtaken();
      return;
    }
    const reasons = error.problem.errors?.map((each) => this.#located(each)) ?? [];
    this.#say('danger', error.status === NOT_NOW ? t('notNow', { detail: error.problem.detail }) : sentence(error), reasons);
  }

  async #isDecidedElsewhere() {
    try {
      const { assignment } = await loadAdjudication(this.desk.assignment);
      return assignment.state === 'adjudicated';
    } catch {
      return false;
    }
  }

  #located({ pointer = '', detail }) {
    const at = /^#?\/decisions\/(\d+)\//.exec(pointer);
    const of = at && this.desk.cases.filter((each) => each.state.verdict !== 'dismissed')[Number(at[1])];
    return of ? `${(of.first ?? of.second).lesion_label}: ${detail}` : detail;
  }

  #say(tone, text, reasons = []) {
    fill(this.desk.said, el('div', { class: `notice ${tone}`, role: 'alert' }, el('p', {}, text), reasons.length ? el('ul', {}, reasons.map((each) => el('li', { lang: 'en' }, each))) : null));
  }
}
