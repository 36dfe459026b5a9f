// What is typed and not recorded yet: it outlives whatever a page draws anew, and the page is not left without asking.

/** One a page; of each patient and form one draft, whose fields are the form's own. */
export class Drafts {
  #typed = new Map();

  constructor() {
    addEventListener('beforeunload', (event) => this.#typed.size && event.preventDefault());
  }

  /** Null where nothing waits. */
  of(pseudonym, form) {
    return this.#typed.get(`${pseudonym} ${form}`) ?? null;
  }

  keep(pseudonym, form, typed) {
    this.#typed.set(`${pseudonym} ${form}`, typed);
  }

  drop(pseudonym, form) {
    this.#typed.delete(`${pseudonym} ${form}`);
  }
}
