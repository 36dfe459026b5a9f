// The form of one lesion on one study: questions, scores, measurements, note, signature.

import '/workbench/components/osteon-score-card.js';
import { el, fill } from '/workbench/js/dom.js';
import { day, named } from '/workbench/js/i18n.js';
import { toneOf, totalOf } from '/workbench/js/instruments.js';
import { isAnswered, isOpen, keyOf, questionsOf, said } from '/workbench/js/panel/form.js';
import { buttonsOf, questionView } from '/workbench/js/panel/question-view.js';

const GROUPS = ['scored', 'measured', 'further', 'change'];
const FOLDED = new Set(['measured', 'further', 'change']);
const SCORES = ['mirels', 'sins'];
const OF_KIND = { long_bone: 'mirels', spine: 'sins' };
const GRADES = ['bilsky_escc', 'van_der_linden', 'genant', 'harrington', 'recist_bone', 'ct_response'];

export class Editor {
  #focused = null;

  /** `on`: what the panel does: answer, confirm, copy, note, sign, undo, redo, copyAll, confirmAll, jump, revise, discard. */
  constructor({ row, kind, form, instruments, prior, t, on }) {
    Object.assign(this, { row, kind, prior, t, on, instruments });
    this.questions = questionsOf(form, row.lesion.site, kind, { hasPrior: prior !== null });
    const focus = (question) => {
      this.#focused = question;
      this.#mark();
    };
    this.views = this.questions.map((question) => questionView(question, t, { ...on, focus }));
    this.head = el('div', { class: 'head' });
    this.scores = el('section', { class: 'scores', 'aria-label': t('scores') });
    this.cards = new Map();
    this.foot = el('div', { class: 'foot' });
    this.mini = el('p', { class: 'mini', 'aria-hidden': 'true' });
    this.trouble = el('div', { class: 'troubles' });
    this.measure = el('section', { class: 'measuring', 'aria-label': t('measurements') });
    this.note = el('textarea', { id: 'note', rows: 2, maxlength: 2000, placeholder: t('notePlaceholder'), oninput: () => on.note(this.note.value) });
    this.element = el('div', { class: 'editor' }, this.head, this.trouble, el('div', { class: 'columns' },
      el('div', { class: 'form' }, GROUPS.map((group) => this.#group(group)), this.#noteBox()), this.scores), this.foot);
  }

  #group(group) {
    const views = this.views.filter(({ question }) => question.group === group);
    if (!views.length) return null;
    const inside = [group === 'measured' ? this.measure : null, views.map(({ element }) => element)];
    if (!FOLDED.has(group)) return el('section', { class: 'group', 'aria-label': this.t(`group_${group}`) }, inside);
    return el('details', { class: 'group', dataset: { group } }, el('summary', {}, el('span', {}, this.t(`group_${group}`)), el('span', { class: 'count number' })), inside);
  }

  #noteBox() {
    return el('div', { class: 'note' }, el('label', { for: 'note' }, this.t('note')), this.note, el('p', { class: 'fine' }, this.t('noteHint')));
  }

  /** `shown`: the draft or reading as it is; `answer`: what the server answered last, with scores. */
  update({ shown, answer, readOnly, keeper, isStale }) {
    this.shown = shown;
    this.readOnly = readOnly;
    const problems = problemsOf(keeper?.state === 'refused' ? keeper.problem : null);
    for (const view of this.views) {
      view.element.hidden = !isOpen(view.question, shown.findings);
      view.update({ findings: shown.findings, carried: shown.carried || [], prior: this.prior, readOnly, problem: problems.get(view.question.finding) });
    }
    this.#counts(shown);
    if (this.note !== this.note.getRootNode().activeElement) this.note.value = shown.note || '';
    this.note.readOnly = readOnly;
    this.#drawScores(answer, isStale);
    this.#drawHead(shown, keeper);
    this.#drawFoot(shown, answer);
    this.#mark();
  }

  #counts({ findings }) {
    for (const details of this.element.querySelectorAll('details[data-group]')) {
      const count = this.questions.filter((each) => each.group === details.dataset.group && isAnswered(each, findings)).length;
      details.querySelector('.count').textContent = count ? String(count) : '';
    }
  }

  #drawHead(shown, keeper) {
    const { t, on, row } = this;
    const open = !this.readOnly;
    const carried = shown.carried?.length || 0;
    fill(
      this.head,
      el('h2', {}, el('span', { class: 'code' }, row.lesion.label), ' ', named(row.lesion.site)),
      el('div', { class: 'tools' },
        open ? tool('undo', '↶', t, on.undo, !keeper?.canUndo) : null,
        open ? tool('redo', '↷', t, on.redo, !keeper?.canRedo) : null,
        open ? tool('discard', '✕', t, on.discard, keeper?.state === 'new') : null,
        shown.geometry ? tool('jump', '◎', t, on.jump) : null),
      this.prior ? el('p', { class: 'prior fine' }, t('priorFrom', { date: day(this.prior.date) || t('undated'), by: this.prior.recorded_by }),
        open ? el('button', { type: 'button', class: 'small', onclick: on.copyAll }, el('kbd', { 'aria-hidden': 'true' }, '⇧P'), t('carryForward')) : null,
        open && carried ? el('button', { type: 'button', class: 'small', onclick: on.confirmAll }, el('kbd', { 'aria-hidden': 'true' }, '⇧O'), t('confirmAll', { count: carried })) : null) : null,
    );
  }

  /** The score of this kind of bone, also where it says why it does not apply; Mirels is not offered on a rib. */
  #drawScores(answer, isStale) {
    const scores = answer?.scores;
    this.scores.classList.toggle('stale', Boolean(isStale));
    if (!scores) return;
    const apply = [...SCORES, ...GRADES].filter((name) => name === OF_KIND[this.kind] || isWorthShowing(scores[name]));
    for (const name of apply) this.#card(name).score = scores[name];
    for (const name of SCORES) if (this.cards.has(name)) this.cards.get(name).missing = answer.missing || [];
    const shown = apply.map((name) => this.cards.get(name));
    const stale = isStale ? el('p', { class: 'fine', role: 'status' }, this.t('scoresStale')) : null;
    const none = !(this.kind in OF_KIND) ? el('p', { class: 'fine' }, this.t('noScore')) : null;
    const wanted = [stale, none, ...shown].filter(Boolean);
    if (wanted.length !== this.scores.childElementCount || wanted.some((each, index) => each !== this.scores.children[index])) fill(this.scores, wanted);
  }

  #card(name) {
    if (!this.cards.has(name)) this.cards.set(name, el('osteon-score-card', { dataset: { score: name } }));
    return this.cards.get(name);
  }

  #drawFoot(shown, answer) {
    const { t, on } = this;
    const missing = (answer?.missing || []).filter((each) => each.known_by === 'reader').length;
    if (this.readOnly) {
      fill(this.foot, el('p', { class: 'fine' }, shown.recorded_by ? t('signedBy', { by: shown.recorded_by, date: day(shown.recorded_at), revision: shown.revision }) : t('readOnly')),
        shown.recorded_by && on.revise ? el('button', { type: 'button', onclick: on.revise }, t('revise')) : null);
      return;
    }
    const carried = shown.carried?.length || 0;
    const text = carried ? t('leftCarried', { count: carried }) : missing ? t('leftMissing', { count: missing }) : answer?.missing ? t('leftNone') : '';
    if (!this.signButton) {
      this.left = el('p', { class: 'left' });
      this.reason = el('input', { id: 'reason', type: 'text', maxlength: 500, autocomplete: 'off' });
      this.signButton = el('button', { type: 'button', class: 'primary sign', onclick: on.sign }, t('sign'), el('kbd', { 'aria-hidden': 'true' }, 'Ctrl ⏎'));
      fill(this.foot, this.mini, shown.revises ? el('div', { class: 'reason' }, el('label', { for: 'reason' }, t('reason')), this.reason) : null, this.left,
        this.signButton);
    }
    if (this.left.textContent !== text) this.left.textContent = text;
    fill(this.mini, SCORES.map((name) => answer?.scores[name]).filter(isWorthShowing).map((score) => this.#inShort(score)));
  }

  /** The score beside the signature, where its card is further down. */
  #inShort(score) {
    const described = this.instruments.get(score.instrument);
    const band = described.outcomes.find((each) => each.name === score.band);
    return [el('strong', {}, `${said(described.title).split(',')[0]} ${totalOf(score)}`), el('span', { class: `chip ${toneOf(described, score)}` }, band ? said(band.label) : this.t('undecided'))];
  }

  /** The question that number keys answer. */
  get current() {
    const open = this.#open();
    return open.find((view) => view.question === this.#focused) || open[0];
  }

  #open() {
    return this.views.filter(({ element }) => !element.hidden && !(element.closest('details') && !element.closest('details').open));
  }

  #mark() {
    const { current } = this;
    for (const view of this.views) view.element.classList.toggle('current', view === current);
  }

  focus(view = this.firstToDo()) {
    if (!view) return;
    this.#focused = view.question;
    this.#mark();
    const target = view.element.querySelector('button[aria-pressed="true"]') || view.element.querySelector('.answers button') || view.element.querySelector('input');
    target?.focus({ preventScroll: true });
    view.element.scrollIntoView({ block: 'nearest' });
  }

  firstToDo() {
    const open = this.#open();
    return open.find((view) => this.shown.carried?.includes(view.question.finding) || !isAnswered(view.question, this.shown.findings)) || open[0];
  }

  /** To the next question; after an answer to the next one that has none. */
  step(by, { unanswered = false } = {}) {
    const open = this.#open();
    let at = open.indexOf(this.current) + by;
    while (unanswered && open[at] && isAnswered(open[at].question, this.shown.findings)) at += by;
    if (open[at]) this.focus(open[at]);
    else if (unanswered) this.signButton?.focus({ preventScroll: true });
  }

  digit(digit) {
    const view = this.current;
    const button = view && buttonsOf(view.question, this.shown.findings, this.t).find((each) => each.digit === digit);
    if (button) this.on.answer(view.question, button.value, { stays: button.staysHere });
  }

  keyOfCurrent() {
    return this.current && keyOf(this.current.question);
  }

  labelOf(finding) {
    return said(this.questions.find((each) => each.finding === finding)?.label) || finding;
  }
}

function isWorthShowing(score) {
  if (!score || score.not_applicable) return false;
  return 'minimum' in score || score.answer !== null;
}

function problemsOf(problem) {
  const found = new Map();
  for (const { pointer = '', detail } of problem?.errors || []) {
    const [, name, ...rest] = pointer.split('/');
    found.set(name === 'findings' ? rest[0] : name, detail);
  }
  return found;
}

function tool(name, sign, t, act, disabled = false) {
  return el('button', { type: 'button', class: 'quiet icon', 'aria-label': t(name), title: t(name), disabled, onclick: act }, sign);
}
