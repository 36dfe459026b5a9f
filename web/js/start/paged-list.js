// A table that is loaded page by page, drawn anew without losing one's place, and walked through with the keyboard.

import { el, fill } from '/workbench/js/dom.js';
import { failure, waiting } from '/workbench/js/states.js';

const PAGE = 50;
const MOST = 500;

export class PagedList {
  /**
   * `load({limit, cursor, signal})` → {items, next_cursor}; `head()` → cells of the head; `row(item)` → a <tr> whose
   * first `a.main` is where Enter leads; `key(item)` → a text; `nothing()` → what is shown when there is nothing;
   * `more()`, `label()` → texts; `drawn(list)` is called after each drawing.
   */
  constructor(parts) {
    this.parts = parts;
    this.items = [];
    this.cursor = null;
    this.error = null;
    this.isLoaded = false;
    this.filter = null;
    this.element = el('div', { class: 'list' });
    this.loading = null;
    this.coming = null;
    this.draw();
  }

  /** From the beginning; with `keep`, as much as is shown now, and the place in it. */
  async reload({ keep = false } = {}) {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    const limit = keep ? Math.min(MOST, Math.max(PAGE, this.items.length)) : PAGE;
    if (!keep) {
      this.isLoaded = false;
      this.draw();
    }
    await this.#take(loading, { limit, cursor: null }, (items) => items);
  }

  /** The next page, once however often it is asked for. */
  more() {
    this.coming ??= this.#more().finally(() => {
      this.coming = null;
    });
    return this.coming;
  }

  async #more() {
    const loading = this.loading ?? new AbortController();
    this.loading = loading;
    await this.#take(loading, { limit: PAGE, cursor: this.cursor }, (items) => [...this.items, ...items]);
  }

  async #take(loading, asked, joined) {
    try {
      const found = await this.parts.load({ ...asked, signal: loading.signal });
      this.items = joined(found.items);
      this.cursor = found.next_cursor;
      this.error = null;
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.error = error;
      // What was asked for before is not what is asked for now.
      if (!this.isLoaded) this.items = [];
    }
    this.isLoaded = true;
    this.draw();
  }

  /** Only what `test(item)` accepts of what is loaded; null: everything. */
  show(test) {
    this.filter = test;
    this.draw();
  }

  get shown() {
    return this.filter ? this.items.filter(this.filter) : this.items;
  }

  draw() {
    const { parts } = this;
    const focused = this.element.querySelector('tr:focus-within')?.dataset.key;
    this.element.setAttribute('aria-busy', String(!this.isLoaded));
    if (this.error && !this.items.length) fill(this.element, failure(this.error, () => this.reload()));
    else if (!this.isLoaded && !this.items.length) fill(this.element, waiting());
    else if (!this.shown.length) fill(this.element, parts.nothing(this), this.#moreButton());
    else fill(this.element, this.error ? failure(this.error, () => this.reload({ keep: true })) : null, this.#table(), this.#moreButton());
    if (focused) this.rows.find((row) => row.dataset.key === focused)?.querySelector('a.main')?.focus();
    parts.drawn?.(this);
  }

  #table() {
    const { head, row, key, label } = this.parts;
    return el(
      'table',
      { 'aria-label': label() },
      el('thead', {}, el('tr', {}, head().map((each) => el('th', { scope: 'col' }, each)))),
      el(
        'tbody',
        {},
        this.shown.map((item) => {
          const made = row(item);
          made.dataset.key = key(item);
          made.addEventListener('click', (event) => follow(event, made));
          return made;
        }),
      ),
    );
  }

  #moreButton() {
    if (!this.cursor) return null;
    return el('button', { class: 'more', onclick: () => this.more() }, this.parts.more(this));
  }

  get rows() {
    return [...this.element.querySelectorAll('tbody tr')];
  }

  get current() {
    return this.element.querySelector('tbody tr:focus-within');
  }

  /** Focus the row so many further; loads more at the end. */
  async move(step) {
    const { rows } = this;
    if (!rows.length) return;
    const at = rows.indexOf(this.current);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
    if (next >= rows.length && this.cursor) await this.more();
    const row = this.rows[Math.max(0, Math.min(this.rows.length - 1, next))];
    row?.querySelector('a.main')?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  }
}

/** A click anywhere in a row follows its main link, unless something was meant: another link, selected text. */
function follow(event, row) {
  if (event.target.closest('a, button') || String(getSelection())) return;
  const link = row.querySelector('a.main');
  link?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey }));
}
