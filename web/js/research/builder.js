// The question, put together from the catalogue of fields: conditions, groups, and what is asked of one and the same thing.

import { el, fill } from '/workbench/js/dom.js';
import { words } from '/workbench/js/i18n.js';
import { SCOPES } from '/workbench/js/research/catalogue.js';
import { begun, blank, group, SOME } from '/workbench/js/research/tree.js';
import researchWords from '/workbench/words/research.js';

const t = words(researchWords);
const FIRST = 'series.modality';
let counter = 0;

export class Builder {
  /** `changed` is called after each change of the question. */
  constructor(catalogue, changed) {
    this.catalogue = catalogue;
    this.changed = changed;
    this.tree = group();
    this.element = el('div', { class: 'builder' });
    this.draw();
  }

  show(tree) {
    this.tree = tree;
    this.draw();
    this.changed();
  }

  draw() {
    fill(this.element, this.#group(this.tree, null));
  }

  #redraw(focus) {
    this.draw();
    if (focus) this.element.querySelector(focus)?.focus();
    this.changed();
  }

  #group(node, parent) {
    const how = SOME.includes(node.how) ? 'some' : node.how;
    return el(
      'fieldset',
      { class: `group ${how}${node.not ? ' not' : ''}` },
      el('legend', {}, this.#how(node, parent)),
      node.parts.length ? null : el('p', { class: 'muted nothing' }, t(parent ? 'emptyGroup' : 'emptyQuestion')),
      node.parts.map((part) => (part.kind === 'group' ? this.#group(part, node) : this.#condition(part, node))),
      el(
        'div',
        { class: 'adding' },
        el('button', { type: 'button', onclick: () => this.#add(node, begun(this.catalogue.field(firstOf(node, this.catalogue)))) }, t('addCondition')),
        el('button', { type: 'button', class: 'quiet', onclick: () => this.#add(node, group(parent ? 'any' : 'reading')) }, t('addGroup')),
      ),
    );
  }

  #how(node, parent) {
    const select = labelled(t('how'), [
      ['all', t('how_all')],
      ['any', t('how_any')],
      ...(parent ? SOME.map((each) => [each, t('how_some', { thing: t(`thing_${each}`) })]) : []),
    ], node.how, (value) => {
      node.how = value;
      this.#redraw();
    });
    return el('span', { class: 'how' }, parent ? this.#not(node) : null, select, parent ? this.#remove(node, parent) : null);
  }

  #condition(node, parent) {
    const field = this.catalogue.field(node.field);
    return el(
      'div',
      { class: `condition${node.not ? ' not' : ''}`, role: 'group', 'aria-label': this.catalogue.label(field) },
      this.#not(node),
      this.#field(node),
      labelled(t('operator'), field.operators.map((each) => [each, t(`op_${each}`)]), node.op, (op) => {
        node.op = op;
        node.value = blank(field, op);
        this.#redraw();
      }, 'operator'),
      this.#value(node, field),
      field.unit ? el('span', { class: 'unit muted' }, this.catalogue.unit(field)) : null,
      this.#remove(node, parent),
    );
  }

  #field(node) {
    const select = el(
      'select',
      { class: 'field', 'aria-label': t('field'), onchange: () => {
        Object.assign(node, begun(this.catalogue.field(select.value)), { not: node.not });
        this.#redraw();
      } },
      SCOPES.map((scope) => el('optgroup', { label: t(`scope_${scope}`) }, this.catalogue.of(scope).map((each) => el('option', { value: each.name, selected: each.name === node.field }, this.catalogue.label(each))))),
    );
    select.value = node.field;
    return select;
  }

  #value(node, field) {
    const set = (value) => {
      node.value = value;
      this.changed();
    };
    if (node.op === 'exists' || field.kind === 'yes_no') {
      return labelled(t('value'), [['true', t('yes')], ['false', t('no')]], String(node.value), (value) => set(value === 'true'), 'value');
    }
    if (node.op === 'range') {
      return ['from', 'to'].map((name, at) => input(t(name), node.value[at], (text) => set(node.value.map((each, other) => (other === at ? text : each))), field));
    }
    if (field.kind === 'choice') return node.op === 'in' ? this.#several(node, field, set) : labelled(t('value'), this.#choices(field), node.value, set, 'value');
    if (node.op === 'in') return input(t('values'), node.value.join(', '), (text) => set(text.split(',').map((each) => each.trim()).filter(Boolean)), { kind: 'text' });
    return input(t('value'), node.value, set, field);
  }

  #choices(field) {
    return field.choices.map((each) => [each, this.catalogue.value(field.name.split('.')[1], each)]);
  }

  #several(node, field, set) {
    const said = el('summary', {}, '');
    const tell = () => fill(said, node.value.length ? node.value.map((each) => this.catalogue.value(field.name.split('.')[1], each)).join(', ') : t('chooseSeveral'));
    const boxes = this.#choices(field).map(([value, text]) => {
      const box = el('input', { type: 'checkbox', value, checked: node.value.includes(value), onchange: () => {
        set(box.checked ? [...node.value, value] : node.value.filter((each) => each !== value));
        tell();
      } });
      return el('label', {}, box, ' ', text);
    });
    tell();
    return el('details', { class: 'several' }, said, el('div', { class: 'boxes' }, boxes));
  }

  #not(node) {
    return el('button', { type: 'button', class: 'not-button', 'aria-pressed': String(node.not), title: t('notHelp'), onclick: () => {
      node.not = !node.not;
      this.#redraw();
    } }, t('not'));
  }

  #remove(node, parent) {
    return el('button', { type: 'button', class: 'quiet icon', 'aria-label': t('remove'), title: t('remove'), onclick: () => {
      parent.parts.splice(parent.parts.indexOf(node), 1);
      this.#redraw('.adding button');
    } }, '×');
  }

  #add(node, part) {
    node.parts.push(part);
    this.#redraw();
    const fields = this.element.querySelectorAll('.condition .field, .group .group select');
    fields[fields.length - 1]?.focus();
  }
}

function firstOf(node, catalogue) {
  const own = SOME.includes(node.how) ? catalogue.of(node.how)[0]?.name : null;
  return own ?? FIRST;
}

function labelled(label, options, value, change, name = null) {
  const select = el('select', { class: name, 'aria-label': label, onchange: () => change(select.value) }, options.map(([each, text]) => el('option', { value: each }, text)));
  select.value = value;
  return select;
}

function input(label, value, change, field) {
  counter += 1;
  const isNumber = field.kind === 'number' || field.kind === 'whole';
  const box = el('input', { id: `value-${counter}`, class: isNumber ? 'value short' : 'value', type: 'text', inputmode: isNumber ? 'decimal' : null, 'aria-label': label, placeholder: label, value, autocomplete: 'off', spellcheck: 'false', size: isNumber ? 8 : 16, oninput: () => change(isNumber ? box.value.replace(',', '.') : box.value) });
  return box;
}
