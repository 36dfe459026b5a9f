// One control for each type of the data dictionary: {parts, isGroup, read(), write(value), focus()}. What is typed is read
// as it is; whether it can be kept is said by the server.

import { said } from '/workbench/js/record/dictionary.js';
import { decimals, isGiven, unitText } from '/workbench/js/record/wording.js';
import { el } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import formWords from '/workbench/words/record-form.js';

const t = words(formWords);
const AS_BUTTONS = 4;

/** The control of a variable; `describedBy`: ids of what is said beside it. */
export function control(variable, describedBy) {
  const make = MAKERS[variable.type] ?? textLine;
  return make(variable, { id: idOf(variable), 'aria-describedby': describedBy });
}

export const idOf = (variable) => `v-${variable.name}`;

function yesNo(variable) {
  return radios(variable, [[true, t('yes')], [false, t('no')]]);
}

function choice(variable, attributes) {
  const options = variable.choices.map((each) => [each.code, said(each)]);
  if (options.length <= AS_BUTTONS) return radios(variable, options);
  const select = el('select', attributes, el('option', { value: '' }, t('notKnown')), options.map(([code, text]) => el('option', { value: code }, text)));
  return {
    parts: [select],
    read: () => select.value || undefined,
    write: (value) => writeSelect(select, value),
    focus: () => select.focus(),
  };
}

/** A code that the dictionary no longer has stays there to be seen. */
function writeSelect(select, value) {
  const code = value ?? '';
  if (![...select.options].some((each) => each.value === code)) select.append(el('option', { value: code }, code));
  select.value = code;
}

/** "Not known" is a choice among the others, and what is chosen to begin with. */
function radios(variable, options) {
  const inputs = [...options, [undefined, t('notKnown')]].map(([value, text]) => ({
    value,
    input: el('input', { type: 'radio', name: idOf(variable), value: String(value ?? '') }),
    text,
  }));
  return {
    isGroup: true,
    parts: [el('div', { class: 'pills' }, inputs.map(({ input, text, value }) => el('label', { class: value === undefined ? 'pill unknown' : 'pill' }, input, el('span', {}, text))))],
    read: () => inputs.find(({ input }) => input.checked)?.value,
    write: (value) => {
      for (const each of inputs) each.input.checked = each.value === (isGiven(value) ? value : undefined);
    },
    focus: () => (inputs.find(({ input }) => input.checked) ?? inputs[0]).input.focus(),
  };
}

function choices(variable) {
  const boxes = variable.choices.map((each) => ({ code: each.code, input: el('input', { type: 'checkbox', value: each.code }), text: said(each) }));
  const exclude = ({ code, input }) => {
    if (!input.checked) return;
    for (const other of boxes) if (other.code !== code && (code === 'none' || other.code === 'none')) other.input.checked = false;
  };
  for (const box of boxes) box.input.addEventListener('change', () => exclude(box));
  return {
    isGroup: true,
    parts: [el('div', { class: 'pills' }, boxes.map(({ input, text }) => el('label', { class: 'pill' }, input, el('span', {}, text))))],
    read: () => given(boxes.filter(({ input }) => input.checked).map(({ code }) => code)),
    write: (value) => {
      for (const { code, input } of boxes) input.checked = (value ?? []).includes(code);
    },
    focus: () => boxes[0].input.focus(),
  };
}

function textLine(variable, attributes, more = {}) {
  const input = el('input', { type: 'text', spellcheck: 'false', autocomplete: 'off', ...attributes, ...more });
  return { parts: [input], read: () => given(input.value.trim()), write: (value) => (input.value = value ?? ''), focus: () => input.focus() };
}

function codes(variable, attributes) {
  const line = textLine(variable, attributes, { class: 'code' });
  return {
    ...line,
    read: () => given((line.read() ?? '').split(/[\s,;]+/).filter(Boolean)),
    write: (value) => line.write([value ?? []].flat().join(', ')),
  };
}

function whole(variable, attributes) {
  const line = textLine(variable, attributes, { inputmode: 'numeric', class: 'short' });
  return { ...line, read: () => (/^\d{1,9}$/.test(line.read() ?? '') ? Number(line.read()) : line.read()), write: (value) => line.write(isGiven(value) ? String(value) : '') };
}

function number(variable, attributes) {
  const line = textLine(variable, attributes, { inputmode: 'decimal', class: 'short' });
  const typed = () => line.read()?.replace(/\s/g, '').replace(',', '.');
  const show = (value) => line.write(isGiven(value) ? decimals(value) : '');
  if (!variable.units.length) return { ...line, read: typed, write: show };
  const unit = unitBox(variable);
  return {
    parts: [...line.parts, unit.element],
    read: () => (isGiven(typed()) ? { value: typed(), unit: unit.read() } : undefined),
    write: (value) => {
      const isWithUnit = typeof value === 'object' && value !== null;
      show(isWithUnit ? value.value : value);
      unit.write(isWithUnit ? value.unit : variable.unit);
    },
    writeUnit: (code) => unit.write(code),
    focus: line.focus,
  };
}

/** One unit is a word, several are a choice. */
function unitBox(variable) {
  if (variable.units.length === 1) return { element: el('span', { class: 'unit' }, unitText(variable.unit)), read: () => variable.unit, write: () => {} };
  const element = el('select', { class: 'unit', 'aria-label': t('unit', { name: said(variable) }) }, variable.units.map((code) => el('option', { value: code }, unitText(code))));
  return { element, read: () => element.value, write: (code) => (element.value = code) };
}

/** A day has the browser's own field; what may be known less exactly is typed. */
function date(variable, attributes) {
  if (variable.partial) return textLine(variable, attributes, { class: 'date', inputmode: 'numeric', placeholder: t('dayHint') });
  return textLine(variable, attributes, { type: 'date', class: 'date' });
}

const month = (variable, attributes) => textLine(variable, attributes, { class: 'date', inputmode: 'numeric', placeholder: '1960-04' });
const code = (variable, attributes) => textLine(variable, attributes, { class: 'code' });

function text(variable, attributes) {
  const area = el('textarea', { rows: 3, ...attributes });
  return { parts: [area], read: () => given(area.value.trim() && area.value), write: (value) => (area.value = value ?? ''), focus: () => area.focus() };
}

const given = (value) => (isGiven(value) ? value : undefined);

const MAKERS = { yes_no: yesNo, choice, choices, code, codes, whole, number, date, month, text };
