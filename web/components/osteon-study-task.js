// <osteon-study-task study date>: whether the study is one's own to read under a protocol, and its signature: "the study is
// read, be there a lesion or none". Shows nothing where it is nobody's task. Event: `osteon-study-signed` {assignment_id}.

import { all, ApiError, post, withQuery } from '/workbench/js/api.js';
import { adopt, el, fill } from '/workbench/js/dom.js';
import { moment, words } from '/workbench/js/i18n.js';
import { sentence } from '/workbench/js/states.js';
import taskWords from '/workbench/words/study-task.js';

const t = words(taskWords);
const TO_READ = ['unread', 'draft'];
const NOT_NOW = 409;

class StudyTask extends HTMLElement {
  #tasks = [];
  #said = null;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
    this.body = el('div', { class: 'tasks' });
  }

  connectedCallback() {
    this.away = new AbortController();
    document.addEventListener('osteon-language', () => this.#draw(), { signal: this.away.signal });
    this.shadowRoot.replaceChildren(this.body);
    adopt(this.shadowRoot, 'base.css', 'study-task.css');
    this.#look();
  }

  disconnectedCallback() {
    this.away.abort();
  }

  get study() {
    return this.getAttribute('study');
  }

  /** Tasks are listed by date and not by study: those of its day are few. */
  async #look() {
    const day = this.getAttribute('date');
    try {
      const found = await all(withQuery('/worklist', { reader: 'me', from_date: day, to_date: day }), { signal: this.away.signal });
      this.#tasks = found.filter((each) => each.study_instance_uid === this.study && each.role === 'reader');
    } catch (error) {
      if (error.name === 'AbortError' || (error instanceof ApiError && error.status === 403)) return;
      this.#said = sentence(error);
    }
    this.#draw();
  }

  #draw() {
    fill(this.body, this.#tasks.map((task) => this.#task(task)), this.#said ? el('p', { class: 'trouble', role: 'alert' }, this.#said) : null);
  }

  #task(task) {
    const blind = task.kind === 'double_blind' ? el('span', { class: 'chip accent' }, t('blind')) : null;
    if (!TO_READ.includes(task.state)) {
      return el('p', { class: 'task' }, task.protocol_name, blind, el('span', { class: 'chip ok', role: 'status' }, t('signedAt', { when: moment(task.signed_at) })), el('a', { href: '/' }, t('toWorklist')));
    }
    return el('p', { class: 'task' }, task.protocol_name, blind, el('button', { type: 'button', class: 'small', onclick: () => this.#ask(task) }, t('sign')));
  }

  #ask(task) {
    const dialog = el('dialog', { 'aria-labelledby': 'study-title', onclose: () => dialog.remove() });
    const sign = async (event) => {
      event.preventDefault();
      dialog.close();
      await this.#sign(task);
    };
    dialog.append(el('form', { onsubmit: sign },
      el('h2', { id: 'study-title' }, t('signTitle')),
      el('p', {}, t('signDetail')),
      task.kind === 'double_blind' ? el('p', {}, t('signBlind')) : null,
      el('div', { class: 'actions' }, el('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, t('notYet')), el('button', { class: 'primary' }, t('sign')))));
    // Keys in it are not answers of the panel around it.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    this.shadowRoot.append(dialog);
    dialog.showModal();
  }

  async #sign(task) {
    this.#said = null;
    try {
      const { body } = await post(`/assignments/${task.assignment_id}/complete`);
      const mine = body.tasks.find((each) => each.reader === task.reader);
      Object.assign(task, mine);
      this.dispatchEvent(new CustomEvent('osteon-study-signed', { detail: { assignment_id: task.assignment_id }, bubbles: true, composed: true }));
    } catch (error) {
      this.#said = error instanceof ApiError && error.status === NOT_NOW ? t('draftsFirst') : sentence(error);
    }
    this.#draw();
    this.body.querySelector('button, a')?.focus();
  }
}

customElements.define('osteon-study-task', StudyTask);
