// One lesion as both readers saw it, row by row, and what is decided of each row.

import { el, fill } from '/workbench/js/dom.js';
import { named, number } from '/workbench/js/i18n.js';
import { choiceOf, geometryOf, isDismissed, isMatched, isOnePlace, itemOf, lesionSide, loneSide, needsLesion, valueOf } from '/workbench/js/adjudication/cases.js';
import { choiceRow } from '/workbench/js/adjudication/choice-row.js';
import { otherBox } from '/workbench/js/adjudication/other-box.js';
import { drawnInWords, findingInWords, findingLabel, lesionInWords } from '/workbench/js/adjudication/wording.js';
import { questionsOf } from '/workbench/js/panel/form.js';

export class CaseView {
  #focused = null;
  #boxes = new Map();

  /** `desk`: {readers: {first, second}, form, kindOf(site), reasonOf(case), readOnly, t, panelWords, on: {…}}. */
  constructor(each, desk) {
    Object.assign(this, { key: each.key, desk, each });
    const hasPrior = [each.first, each.second].some((reading) => reading?.findings.change);
    const { site } = each[lesionSide(each) ?? 'first'];
    this.questions = questionsOf(desk.form, site, desk.kindOf(site), { hasPrior });
    this.head = el('div', { class: 'case-head' });
    this.verdict = el('div', { class: 'verdict' });
    this.trouble = el('div', { class: 'troubles' });
    this.rows = [this.#lesionRow(each), ...this.#findingRows(each), this.#geometryRow(each)].filter(Boolean);
    this.body = el('div', { class: 'rows' }, this.#columnHeads(), this.rows.map((row) => row.element));
    this.neither = this.#neither();
    this.notes = this.#notes(each);
    this.element = el('section', { class: 'case', 'aria-label': this.#title(each) }, this.head, this.trouble, this.verdict, this.body, this.notes);
    this.body.append(...(this.neither ? [this.neither] : []));
  }

  #title(each) {
    return named(each[lesionSide(each) ?? 'first'].site);
  }

  #columnHeads() {
    const { readers, t } = this.desk;
    return el('div', { class: 'row heads', 'aria-hidden': 'true' }, el('span', {}), el('span', {}, readers.first), el('span', {}, readers.second), el('span', {}, t('other')));
  }

  #of(finding) {
    return this.questions.filter((question) => question.finding === finding);
  }

  /** Rows of findings in the form's order; those that neither reader answered stand apart. */
  #findingRows(each) {
    const asked = [...new Set(this.questions.map((question) => question.finding))];
    const names = [...asked, ...each.items.map(({ finding }) => finding).filter((finding) => !asked.includes(finding))];
    const isKnown = (finding) => {
      const item = itemOf(each, finding);
      return item && (item.first !== null || item.second !== null);
    };
    this.unanswered = names.filter((finding) => !isKnown(finding) && asked.includes(finding)).map((finding) => this.#findingRow(each, finding));
    return names.filter(isKnown).map((finding) => this.#findingRow(each, finding));
  }

  #findingRow(each, finding) {
    const { desk } = this;
    const questions = this.#of(finding);
    const earlierStudy = [each.first, each.second].map((reading) => reading?.findings.change?.earlier_study_instance_uid).find(Boolean);
    const box = questions.length
      ? otherBox(finding, questions, { ...desk, earlierStudy, answer: (value, how) => desk.on.other(finding, value, how) })
      : null;
    if (box) this.#boxes.set(finding, box);
    return this.#row({ name: finding, label: findingLabel(finding, questions, desk.t) }, box?.element);
  }

  #lesionRow(each) {
    if (!needsLesion(each)) return null;
    return this.#row({ name: 'lesion', label: this.desk.t('whichLesion') }, null);
  }

  #geometryRow(each) {
    if (!each.first?.geometry && !each.second?.geometry) return null;
    return this.#row({ name: 'geometry', label: this.desk.t('drawing') }, null);
  }

  #row(about, box) {
    const { readers, t, on } = this.desk;
    const focus = (name) => {
      this.#focused = name;
      this.#mark();
    };
    return choiceRow(about, { readers, otherWord: t('other'), on: { choose: (name, from) => on.choose(name, from), focus }, box });
  }

  #neither() {
    if (!this.unanswered.length || this.desk.readOnly) return null;
    return el('details', { class: 'group neither' }, el('summary', {}, this.desk.t('neither', { count: this.unanswered.length })), this.unanswered.map((row) => row.element));
  }

  #notes(each) {
    const said = ['first', 'second'].filter((side) => each[side]?.note);
    if (!said.length) return null;
    return el('dl', { class: 'notes' }, said.map((side) => [el('dt', {}, `${this.desk.t('note')}, ${this.desk.readers[side]}`), el('dd', {}, each[side].note)]));
  }

  update(each) {
    this.each = each;
    const isDecidable = !isDismissed(each) && !(loneSide(each) && each.state.verdict !== 'counts');
    this.element.classList.toggle('dismissed', isDismissed(each));
    this.body.classList.toggle('idle', !isDecidable);
    this.#drawHead(each);
    this.#drawVerdict(each);
    for (const row of [...this.rows, ...this.unanswered]) row.update(this.#stateOf(row.name, each, isDecidable));
    for (const [finding, box] of this.#boxes) if (!box.element.hidden) box.update(valueOf(each, finding));
    this.#mark();
  }

  #stateOf(name, each, isDecidable) {
    const readOnly = this.desk.readOnly || !isDecidable;
    const state = name === 'lesion' ? this.#ofLesion(each) : name === 'geometry' ? this.#ofGeometry(each) : this.#ofFinding(name, each);
    return { ...state, readOnly, isOpen: isDecidable && !this.desk.readOnly && state.isOpen, mark: state.differs && !loneSide(each) ? this.desk.t('differs') : null };
  }

  #ofFinding(finding, each) {
    const { t, panelWords } = this.desk;
    const item = itemOf(each, finding);
    const choice = choiceOf(each, finding);
    const inWords = (value) => findingInWords(finding, value, this.#of(finding), t, panelWords) ?? t('notKnown');
    const isOther = choice?.from === 'other';
    return {
      first: each.first ? inWords(item?.first) : null,
      second: each.second ? inWords(item?.second) : null,
      other: isOther && choice.value !== undefined ? inWords(choice.value) : this.#boxes.has(finding) ? t('other') : null,
      chosen: choice?.from ?? null,
      differs: Boolean(item?.differs) && !loneSide(each),
      isOpen: valueOf(each, finding) === undefined,
    };
  }

  #ofLesion(each) {
    const chosen = lesionSide(each);
    return { first: lesionInWords(each.first), second: lesionInWords(each.second), other: null, chosen, differs: true, isOpen: chosen === null };
  }

  #ofGeometry(each) {
    const { t } = this.desk;
    const chosen = geometryOf(each);
    const isSame = !loneSide(each) && each.state.geometry === undefined && chosen === 'first';
    return {
      first: each.first ? drawnInWords(each.first.geometry, t) : null,
      second: each.second ? drawnInWords(each.second.geometry, t) : null,
      other: t('noDrawing'),
      chosen: chosen === 'none' ? 'other' : chosen,
      differs: !isSame && !loneSide(each),
      isOpen: chosen === null,
    };
  }

  #drawHead(each) {
    const { t } = this.desk;
    const lone = loneSide(each);
    const chips = [];
    if (lone) chips.push(el('span', { class: 'chip warning' }, t('seenByOne', { reader: this.desk.readers[lone] })));
    if (!lone && !isOnePlace(each)) chips.push(el('span', { class: 'chip danger' }, t('twoPlaces')));
    if (each.distance !== null) chips.push(el('span', { class: 'chip' }, t('apart', { distance: number(each.distance, { maximumFractionDigits: 1 }) })));
    const label = each.state.label ?? [...new Set([each.first, each.second].filter(Boolean).map((reading) => reading.lesion_label))].join(' / ');
    fill(this.head, el('h2', {}, el('span', { class: 'code' }, label), ' ', this.#title(each)), chips, el('span', { class: 'spring' }), this.#pairing(each));
  }

  /** Whether both readings are of one lesion can be said otherwise than the server does. */
  #pairing(each) {
    const { t, on, readOnly, partnersOf } = this.desk;
    if (readOnly) return null;
    if (!loneSide(each)) return el('button', { type: 'button', class: 'small', onclick: () => on.part() }, t('part'));
    const partners = partnersOf(each);
    if (!partners.length) return null;
    const select = el('select', { id: 'join', onchange: () => select.value && on.join(select.value) }, el('option', { value: '' }, t('joinNone')),
      partners.map((other) => el('option', { value: other.reading_id }, lesionInWords(other))));
    return el('label', { class: 'join', for: 'join' }, t('join'), select);
  }

  #drawVerdict(each) {
    const { t, on, readOnly } = this.desk;
    const lone = loneSide(each);
    const { verdict } = each.state;
    if (readOnly) {
      fill(this.verdict, isDismissed(each) ? el('p', { class: 'notice' }, t('wasDismissed')) : null);
      return;
    }
    const button = (name, key, text) => el('button', { type: 'button', 'aria-pressed': String((verdict ?? (lone ? null : 'counts')) === name), dataset: { verdict: name }, onclick: () => on.verdict(name) },
      el('kbd', { 'aria-hidden': 'true' }, key), text);
    const focused = this.verdict.contains(this.element.getRootNode().activeElement) && this.element.getRootNode().activeElement.dataset.verdict;
    const question = lone ? el('span', { class: 'legend' }, t('isItOne')) : null;
    fill(this.verdict, question, button('counts', 'C', t('counts')), button('dismissed', 'X', t(lone ? 'dismiss' : 'dismissBoth')),
      needsLesion(each) && !isDismissed(each) ? this.#matching(each) : null);
    if (focused) this.verdict.querySelector(`[data-verdict="${focused}"]`)?.focus();
  }

  #matching(each) {
    const { t, on, reasonOf } = this.desk;
    if (!this.matchBox) {
      const box = el('input', { type: 'checkbox', id: 'match', onchange: () => on.match(box.checked) });
      this.reason = el('input', { type: 'text', id: 'match-reason', maxlength: 500, autocomplete: 'off', oninput: () => on.reason(this.reason.value) });
      this.matchBox = el('div', { class: 'match' }, el('label', { for: 'match', class: 'tick' }, box, t('match')),
        el('label', { for: 'match-reason', class: 'why' }, t('matchReason'), this.reason));
      this.tick = box;
    }
    this.tick.checked = isMatched(each);
    this.reason.closest('label').hidden = !isMatched(each);
    if (this.element.getRootNode().activeElement !== this.reason) this.reason.value = reasonOf(each);
    return this.matchBox;
  }

  row(name) {
    return [...this.rows, ...this.unanswered].find((each) => each.name === name);
  }

  get current() {
    const shown = this.#shown();
    return shown.find((row) => row.name === this.#focused) ?? shown[0];
  }

  #shown() {
    return [...this.rows, ...(this.neither?.open ? this.unanswered : [])];
  }

  #mark() {
    for (const row of [...this.rows, ...this.unanswered]) row.element.classList.toggle('current', row.name === this.#focused);
  }

  focusRow(name) {
    (this.#shown().find((row) => row.name === name) ?? this.#shown()[0])?.focus();
  }

  focusReason() {
    this.reason?.focus();
  }

  focusVerdict() {
    this.verdict.querySelector('button')?.focus();
  }

  focusOther(finding) {
    this.#boxes.get(finding)?.focus();
    this.row(finding).element.scrollIntoView({ block: 'nearest' });
  }

  digit(digit) {
    const box = [...this.#boxes.values()].find((each) => !each.element.hidden && each.element.contains(this.element.getRootNode().activeElement));
    box?.digit(digit);
    return Boolean(box);
  }

  step(by) {
    const shown = this.#shown();
    const at = shown.indexOf(this.current) + by;
    if (shown[at]) shown[at].focus();
  }
}
