// One question on screen: large buttons with a number each, a field where a number can be typed, the prior answer beside.

import { el, fill } from '/workbench/js/dom.js';
import { answerOf, inWords, isAnswered, isChosen, keyOf, measuredShare, said, toggled } from '/workbench/js/panel/form.js';
import { same } from '/workbench/js/panel/patches.js';

/** What a key or a click of a button answers: [{label, digit, value, isOn(findings)}]. */
export function buttonsOf(question, findings, t) {
  const options = question.options.map((option) => ({
    label: said(option.label),
    isOn: isChosen(question, option, findings),
    value: question.takes === 'elements' ? toggled(question, option, findings) : option.value,
    staysHere: question.takes === 'elements',
  }));
  const now = answerOf(question, findings);
  if (question.takes === 'yes_no') {
    return numbered([true, false].map((value) => ({ label: t(value ? 'yes' : 'no'), isOn: now === value, value })));
  }
  if (question.takes === 'elements') {
    const none = { label: said(question.none), isOn: now?.length === 0, value: [], digit: 0 };
    return [...numbered(options), none];
  }
  if (question.takes === 'number') {
    return question.quick.map((value) => ({ label: `${value}`, isOn: now === value, value, digit: value / 10 }));
  }
  return numbered(options);
}

const numbered = (buttons) => buttons.map((button, index) => ({ ...button, digit: index + 1 }));

/**
 * `on`: {answer(question, value, {stays, typing}), confirm(question), copy(question), focus(question)}.
 * `update(state)` shows {findings, carried, prior, problem, readOnly}.
 */
export function questionView(question, t, on) {
  const key = keyOf(question);
  const id = `q-${key.replaceAll('.', '-')}`;
  const field = question.takes === 'number' ? numberField(question, id, t, on) : null;
  const buttons = el('div', { class: question.quick.length ? 'buttons quick' : 'buttons' });
  const beside = el('div', { class: 'beside' });
  const trouble = el('p', { class: 'trouble', role: 'alert', hidden: true });
  const element = el(
    'div',
    { class: `question ${question.takes}`, role: 'group', 'aria-labelledby': `${id}-label`, dataset: { question: key }, onfocusin: () => on.focus(question) },
    el('div', { class: 'asks' }, el('span', { class: 'legend', id: `${id}-label` }, said(question.label)), beside),
    el('div', { class: 'answers' }, buttons, field),
    trouble,
  );
  return { element, question, update: (state) => update({ element, question, buttons, field, beside, trouble, t, on }, state) };
}

function update(view, state) {
  const { element, question, field, trouble } = view;
  const isCarried = state.carried.includes(question.finding);
  element.classList.toggle('answered', isAnswered(question, state.findings));
  element.classList.toggle('carried', isCarried);
  if (field) field.querySelector('input').readOnly = state.readOnly;
  drawButtons(view, state);
  if (field) field.show(answerOf(question, state.findings));
  drawBeside(view, state, isCarried);
  trouble.hidden = !state.problem;
  trouble.textContent = state.problem || '';
}

/** Buttons stay where they are while they are pressed, so that focus does. */
function drawButtons({ question, buttons, t, on }, state) {
  const wanted = buttonsOf(question, state.findings, t);
  if (buttons.childElementCount !== wanted.length) fill(buttons, wanted.map(() => el('button', { type: 'button' })));
  wanted.forEach((each, index) => {
    const button = buttons.children[index];
    if (button.dataset.label !== each.label) {
      button.dataset.label = each.label;
      fill(button, el('kbd', { 'aria-hidden': 'true' }, String(each.digit)), el('span', {}, each.label));
    }
    button.disabled = state.readOnly;
    button.setAttribute('aria-pressed', String(each.isOn));
    button.onclick = () => on.answer(question, each.isOn && !each.staysHere ? null : each.value, { stays: each.staysHere });
  });
}

function drawBeside({ question, beside, t, on }, state, isCarried) {
  const before = state.prior ? inWords(question, state.prior.findings, t) : null;
  const differs = before && !same(answerOf(question, state.prior.findings), answerOf(question, state.findings));
  const source = state.findings.sources?.find((each) => each.finding === question.finding);
  const hadFocus = beside.matches(':focus-within');
  fill(
    beside,
    isCarried ? el('span', { class: 'chip warning' }, t('carried')) : null,
    isCarried ? el('button', { type: 'button', class: 'small confirm', 'aria-label': t('confirmOf', { name: said(question.label) }), onclick: () => on.confirm(question) },
      el('kbd', { 'aria-hidden': 'true' }, 'O'), t('confirm')) : null,
    source ? el('span', { class: 'chip info' }, t(`how_${source.how}`)) : null,
    measuredShare(question, state.findings) === null ? null : el('strong', { class: 'number' }, inWords(question, state.findings, t)),
    before && !isCarried ? el('span', { class: differs ? 'before differs' : 'before' }, t('before', { value: before })) : null,
    differs && !isCarried && !state.readOnly
      ? el('button', { type: 'button', class: 'small', 'aria-label': t('copyOf', { name: said(question.label) }), onclick: () => on.copy(question) },
        el('kbd', { 'aria-hidden': 'true' }, 'P'), t('copy'))
      : null,
  );
  beside.hidden = !beside.childElementCount;
  if (hadFocus) beside.closest('.question').querySelector('.answers button, .answers input')?.focus();
}

function numberField(question, id, t, on) {
  const input = el('input', {
    id, type: 'text', inputmode: 'decimal', autocomplete: 'off', 'aria-label': `${said(question.label)}, ${question.unit}`,
  });
  const box = el('span', { class: 'number-field' }, input, el('span', { class: 'unit', 'aria-hidden': 'true' }, question.unit),
    question.quick.length ? el('span', { class: 'fine', 'aria-hidden': 'true' }, el('kbd', {}, '0'), '–', el('kbd', {}, '9')) : null);
  input.addEventListener('input', () => {
    const value = numberIn(input.value, question.maximum);
    input.toggleAttribute('aria-invalid', value === undefined);
    if (value !== undefined) on.answer(question, value, { stays: true, typing: true });
  });
  box.show = (value) => {
    if (numberIn(input.value, question.maximum) === value && input.value !== '') return;
    if (input.matches(':focus') && numberIn(input.value, question.maximum) === undefined) return;
    input.value = value === null ? '' : String(value);
    input.removeAttribute('aria-invalid');
  };
  return box;
}

/** null for nothing, undefined for what is no number or too large; comma and point are both read. */
export function numberIn(text, maximum) {
  const typed = text.trim().replace(',', '.');
  if (typed === '') return null;
  if (!/^\d{1,5}(\.\d{0,3})?$/.test(typed)) return undefined;
  const value = Number(typed);
  return value <= maximum ? value : undefined;
}
