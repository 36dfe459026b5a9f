// What an adjudicator chooses for the lesion that is open, by mouse and by key, and where it goes on from there.

import { joined, loneSide, openOf, parted, withCase } from '/workbench/js/adjudication/cases.js';

const NOT_FINDINGS = ['lesion', 'reason', 'geometry'];

export class Choosing {
  /** `desk`: {keeper, cases, current, view, readOnly, reasonOf, choose(key): which lesion, open(key), focusCase(), focusSign()}. */
  constructor(desk) {
    this.desk = desk;
  }

  /** What the view of a lesion may do. */
  actions() {
    const { desk } = this;
    return {
      choose: (name, from) => this.#choose(name, from),
      other: (finding, value, how) => this.#change({ choices: { ...desk.current.state.choices, [finding]: { from: 'other', value } } }, how),
      verdict: (verdict) => this.#change({ verdict }),
      match: (match) => this.#change({ match }),
      reason: (reason) => this.#change({ reason }, { typing: true }),
      join: (reading) => this.#join(reading),
      part: () => this.#part(),
    };
  }

  /** What a key does on the lesion; false when there is nothing that it could do. */
  act(name, digit) {
    const { desk } = this;
    const row = desk.view.current;
    const acts = {
      left: () => this.#pick('first', row),
      right: () => this.#pick('second', row),
      other: () => this.#pick('other', row),
      allLeft: () => this.#all('first'),
      allRight: () => this.#all('second'),
      counts: () => this.#verdict('counts'),
      dismissed: () => this.#verdict('dismissed'),
      undo: () => desk.keeper.undo(),
      redo: () => desk.keeper.redo(),
      digit: () => desk.view.digit(digit),
    };
    return acts[name]() !== false;
  }

  #change(what, how) {
    const { keeper, current } = this.desk;
    keeper.change(withCase(keeper.doc, current.key, what), how);
  }

  #openOfCurrent() {
    const { current, reasonOf } = this.desk;
    return current ? openOf(current, reasonOf) : [];
  }

  #choose(name, from, { goOn = false } = {}) {
    const { view } = this.desk;
    const { state } = this.desk.current;
    const row = view.row(name);
    let what = { choices: { ...state.choices, [name]: { from } } };
    if (name === 'lesion') what = { lesion: from };
    else if (name === 'geometry') what = { geometry: from === 'other' ? 'none' : from };
    else if (from === 'other') what.choices[name] = { from, value: state.choices?.[name]?.from === 'other' ? state.choices[name].value : undefined };
    this.#change(what);
    if (from === 'other' && row?.box) this.desk.view.focusOther(name);
    else if (goOn) this.#next();
  }

  /** To the next row that is open, or else the next lesion with one, or else the signature. */
  #next() {
    const { view, cases, reasonOf } = this.desk;
    const open = this.#openOfCurrent();
    const names = view.rows.map((row) => row.name);
    const after = names.slice(names.indexOf(view.current.name) + 1);
    const wanted = after.find((name) => open.includes(name)) ?? names.find((name) => open.includes(name));
    if (wanted) return view.focusRow(wanted);
    if (open.includes('reason')) return view.focusReason();
    const other = cases.find((each) => openOf(each, reasonOf).length);
    return other ? this.desk.open(other.key) : this.desk.focusSign();
  }

  #pick(from, row) {
    const button = row?.element.querySelector(`.pick.${from}`);
    if (!button || button.disabled) return false;
    this.#choose(row.name, from, { goOn: true });
    return true;
  }

  /** Everything that is open of this lesion, as one reader said. */
  #all(side) {
    const { current } = this.desk;
    const open = this.#openOfCurrent();
    if (loneSide(current) || !open.length) return false;
    const named = open.filter((name) => !NOT_FINDINGS.includes(name));
    const what = { choices: { ...current.state.choices, ...Object.fromEntries(named.map((name) => [name, { from: side }])) } };
    if (open.includes('lesion')) what.lesion = side;
    if (open.includes('geometry')) what.geometry = side;
    this.#change(what);
    this.#next();
    return true;
  }

  #verdict(verdict) {
    this.#change({ verdict });
    this.#next();
  }

  #join(other) {
    const { current, keeper } = this.desk;
    const lone = loneSide(current);
    const mine = current[lone].reading_id;
    const [first, second] = lone === 'first' ? [mine, other] : [other, mine];
    this.desk.choose(`${first}+${second}`);
    keeper.change(joined(keeper.doc, first, second));
    this.desk.focusCase();
  }

  #part() {
    const { keeper, current: { key, first } } = this.desk;
    this.desk.choose(`${first.reading_id}+`);
    keeper.change(parted(keeper.doc, key));
    this.desk.focusCase();
  }
}
