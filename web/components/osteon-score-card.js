// <osteon-score-card>: one score or grade as the API answered it. Properties: `score`, the answer; `missing`, what it waits
// for as drafts and readings say it. Nothing is computed here.

import { adopt, el, fill } from '/workbench/js/dom.js';
import { language, words } from '/workbench/js/i18n.js';
import { descriptions } from '/workbench/js/descriptions.js';
import cardWords from '/workbench/words/score-card.js';

const t = words(cardWords);
const WARNINGS = new Set(['no_pain_scored_as_mild', 'femoral_head_or_neck', 'trochanter_counted_as_peritrochanteric']);
const TONES = {
  low: 'ok', stable: 'ok', borderline: 'warning', potentially_unstable: 'warning', high: 'danger', unstable: 'danger',
};

class ScoreCard extends HTMLElement {
  #score = null;
  #missing = [];
  #open = false;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
    this.redraw = () => this.#draw();
  }

  connectedCallback() {
    document.addEventListener('osteon-language', this.redraw);
    adopt(this.shadowRoot, 'base.css', 'score-card.css').then(this.redraw);
  }

  disconnectedCallback() {
    document.removeEventListener('osteon-language', this.redraw);
  }

  get score() {
    return this.#score;
  }

  set score(answer) {
    this.#score = answer;
    this.#draw();
  }

  set missing(items) {
    this.#missing = items;
    this.#draw();
  }

  async #draw() {
    const score = this.#score;
    if (!score || !this.isConnected) return fill(this.shadowRoot);
    const known = await descriptions().catch(() => null);
    if (!known || score !== this.#score) return undefined;
    const described = known.instruments.get(score.instrument);
    if (!described) return fill(this.shadowRoot);
    return fill(this.shadowRoot, this.#card(score, described, known.flags));
  }

  #card(score, described, flags) {
    if (score.not_applicable) return notApplicable(score, described);
    if (!('minimum' in score)) return grade(score, described, flags);
    const waiting = this.#missing.filter((each) => each.instrument === score.instrument);
    return el(
      'article',
      { class: 'score', 'aria-label': said(described.title), dataset: { tone: toneOf(score) } },
      el('header', {}, el('h3', {}, shortTitle(described)), total(score), bandChip(score, described)),
      scale(score, described),
      el('ul', { class: 'items' }, Object.entries(score.points).map(([name, points]) => item(name, points, described, score, waiting))),
      waitsFor(score, waiting),
      score.flags.map((name) => flag(name, flags)),
      suggestion(score),
      this.#reference(score, described),
    );
  }

  #reference(score, described) {
    const about = el(
      'details',
      { open: this.#open },
      el('summary', {}, t('about', { version: score.version })),
      el('p', {}, score.reference),
      described.conventions.length ? el('ul', {}, described.conventions.map((each) => el('li', {}, said(each)))) : null,
    );
    about.addEventListener('toggle', () => {
      this.#open = about.open;
    });
    return about;
  }
}

const said = (label) => label?.[language()] ?? '';

function shortTitle(described) {
  return said(described.title).split(',')[0];
}

function toneOf(score) {
  return TONES[score.band] || 'open';
}

function total(score) {
  const text = score.total === null ? `${score.minimum}–${score.maximum}` : String(score.total);
  return el('p', { class: 'total number' }, text, el('span', { class: 'visually-hidden' }, ` ${t(score.total === null ? 'points' : 'pointsExact')}`));
}

function bandChip(score, described) {
  const outcome = described.outcomes.find((each) => each.name === score.band);
  if (!outcome) return el('span', { class: 'chip' }, t('undecided'));
  return el('span', { class: `chip ${toneOf(score)}` }, said(outcome.label));
}

/** The bands from lowest to highest total, and where this score can still be. */
function scale(score, described) {
  const width = described.maximum - described.minimum + 1;
  const part = (from, to) => `${((to - from + 1) / width) * 100}%`;
  const bands = described.outcomes.toSorted((one, other) => one.minimum - other.minimum);
  const bar = el('div', { class: 'scale', 'aria-hidden': 'true' }, bands.map((band) => {
    const segment = el('span', { class: `band ${TONES[band.name] || ''}` });
    segment.style.setProperty('inline-size', part(band.minimum, band.maximum));
    return segment;
  }));
  const reach = el('span', { class: 'reach' });
  reach.style.setProperty('inset-inline-start', `${((score.minimum - described.minimum) / width) * 100}%`);
  reach.style.setProperty('inline-size', part(score.minimum, score.maximum));
  bar.append(reach);
  return bar;
}

function item(name, points, described, score, waiting) {
  const about = described.items.find((each) => each.name === name);
  const lacks = waiting.find((each) => each.item === name);
  const possible = about.values.map((each) => each.points).filter((each) => each !== null);
  const value = points === null ? null : about.values.find((each) => each.points === points);
  return el(
    'li',
    { class: points === null ? 'missing' : null },
    el('span', { class: 'name' }, said(about.label)),
    points === null
      ? el('span', { class: 'what' }, t(lacks?.known_by === 'meeting' ? 'askMeeting' : 'notKnown'))
      : el('span', { class: 'what' }, isSure(about, points) ? said(value?.label) : ''),
    el('span', { class: 'points number' }, points === null ? t('upTo', { least: Math.min(...possible), most: Math.max(...possible) }) : String(points)),
  );
}

/** Two values with the same points cannot be told apart by them. */
function isSure(about, points) {
  return about.values.filter((each) => each.points === points).length === 1;
}

function waitsFor(score, waiting) {
  if (!waiting.length || score.category_decided) return null;
  const deciding = waiting.filter((each) => ['always', 'sometimes'].includes(each.decides));
  if (!deciding.length) return null;
  const sure = deciding.filter((each) => each.decides === 'always');
  const which = (sure.length ? sure : deciding).map((each) => (language() === 'fr' ? each.label_fr : each.label)).join(', ');
  return el('p', { class: 'decides' }, t(sure.length ? 'wouldDecide' : 'couldDecide', { which }));
}

function flag(name, flags) {
  const text = said(flags.get(name)?.label) || name;
  return el('p', { class: WARNINGS.has(name) ? 'flag note' : 'flag' }, el('span', { 'aria-hidden': 'true' }, WARNINGS.has(name) ? 'i' : '!'), text);
}

function suggestion(score) {
  const text = language() === 'fr' ? score.suggestion_fr : score.suggestion;
  return text ? el('p', { class: 'suggestion' }, text) : null;
}

function notApplicable(score, described) {
  return el(
    'article',
    { class: 'score none', 'aria-label': said(described.title) },
    el('header', {}, el('h3', {}, shortTitle(described)), el('span', { class: 'chip' }, t('notApplicable'))),
    el('p', { class: 'fine' }, language() === 'fr' ? score.not_applicable_fr : score.not_applicable),
  );
}

function grade(score, described, flags) {
  const answer = language() === 'fr' ? score.answer_fr : score.answer_en;
  return el(
    'article',
    { class: 'score grade', 'aria-label': said(described.title) },
    el('header', {}, el('h3', {}, said(described.title)), el('span', { class: answer ? 'chip accent' : 'chip' }, answer || t('undecided'))),
    score.flags.map((name) => flag(name, flags)),
    suggestion(score),
    el('details', {}, el('summary', {}, t('about', { version: score.version })), el('p', {}, score.reference)),
  );
}

customElements.define('osteon-score-card', ScoreCard);
