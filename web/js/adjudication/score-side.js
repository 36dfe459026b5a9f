// The scores of what is decided, as the server computes them at each choice, beside those of both readings.

import '/workbench/components/osteon-score-card.js';
import { ApiError, post } from '/workbench/js/api.js';
import { el, fill } from '/workbench/js/dom.js';
import { applies, bandOf, SHORT, toneOf, totalOf } from '/workbench/js/instruments.js';
import { sentence } from '/workbench/js/states.js';
import { findingsOf, isDismissed, lesionSide } from '/workbench/js/adjudication/cases.js';

const SCORES = ['sins', 'mirels'];

export class ScoreSide {
  #asked = null;
  #last = '';

  constructor({ readers, instruments, t }) {
    Object.assign(this, { readers, instruments, t });
    this.beside = el('dl', { class: 'beside-scores' });
    this.cards = el('div', { class: 'cards' });
    this.said = el('p', { class: 'fine', role: 'status' });
    this.element = el('section', { class: 'scores', 'aria-label': t('scores') }, el('h2', {}, t('scores')), this.beside, this.said, this.cards);
  }

  /** Asks anew when what counts has changed. */
  async show(each) {
    this.#drawBeside(each);
    const reading = each[lesionSide(each) ?? 'first'];
    const { bone, level, number, region, side, transitional } = reading.site;
    const body = { site: { bone, level, number, region, side, transitional }, findings: isDismissed(each) ? null : findingsOf(each), clinical: {} };
    const text = JSON.stringify([each.key, body]);
    if (text === this.#last) return;
    this.#last = text;
    this.#asked?.abort();
    if (body.findings === null) {
      fill(this.cards);
      fill(this.said);
      return;
    }
    this.#asked = new AbortController();
    await this.#ask(body, each, this.#asked.signal);
  }

  async #ask(body, each, signal) {
    try {
      const answer = await post('/assessments', body, { signal });
      this.#drawCards(answer.body, each);
      fill(this.said);
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.#last = '';
      fill(this.said, error instanceof ApiError && error.status === 422 ? this.t('notTogether', { detail: detailOf(error) }) : sentence(error));
    }
  }

  #drawCards(scores, each) {
    // Who knows it is the same for all readings of a lesion; what it would decide is not.
    const missing = [each.first, each.second].flatMap((reading) => reading?.missing ?? []).map((item) => ({ ...item, decides: 'never' }));
    const shown = SCORES.filter((name) => applies(scores[name]));
    const cards = shown.map((name) => this.cards.querySelector(`[data-score="${name}"]`) ?? el('osteon-score-card', { dataset: { score: name } }));
    if (cards.length !== this.cards.childElementCount || cards.some((card, at) => card !== this.cards.children[at])) fill(this.cards, cards);
    cards.forEach((card, at) => {
      card.score = scores[shown[at]];
      card.missing = missing;
    });
    if (!shown.length) fill(this.cards, el('p', { class: 'fine' }, this.t('noScore')));
  }

  #drawBeside(each) {
    fill(this.beside, ['first', 'second'].filter((side) => each[side]).map((side) => [el('dt', {}, this.readers[side]), el('dd', {}, this.#inShort(each[side].scores))]));
  }

  #inShort(scores) {
    const shown = SCORES.map((name) => scores[name]).filter(applies);
    if (!shown.length) return '—';
    return shown.map((score) => {
      const described = this.instruments.get(score.instrument);
      return el('span', { class: `chip ${toneOf(described, score)}` }, `${SHORT[score.instrument]} ${totalOf(score)}`, el('span', { class: 'visually-hidden' }, bandOf(described, score) ?? ''));
    });
  }
}

function detailOf(error) {
  return error.problem.errors?.map((each) => each.detail).join('; ') || error.problem.detail;
}
