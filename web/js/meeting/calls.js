// What the pages of meetings ask of the server, and which version of a meeting a change was made from.

import { get, post, put } from '/workbench/js/api.js';
import { language } from '/workbench/js/i18n.js';

const part = encodeURIComponent;

/** One meeting as it is kept: `it` is the newest answer, every change names the version before. */
export class Meeting {
  constructor(id) {
    this.path = `/meetings/${part(id)}`;
    this.it = null;
    this.etag = null;
  }

  async load() {
    return this.#keep(await get(this.path));
  }

  async revise(changes) {
    const { held_on, title, place, state } = this.it;
    return this.#keep(await put(this.path, { held_on, title, place, state, ...changes }, { etag: this.etag }));
  }

  async add(pseudonym) {
    return this.#keep(await post(`${this.path}/dossiers`, { pseudonym }, { etag: this.etag }));
  }

  async arrange(order) {
    return this.#keep(await put(`${this.path}/order`, { order }, { etag: this.etag }));
  }

  async remove(pseudonym, body) {
    return this.#keep(await post(`${this.#dossier(pseudonym)}/removal`, body, { etag: this.etag }));
  }

  /** `days`: {presented_on, next_on}; what is left out stays. */
  async setDays(pseudonym, days) {
    const { presented_on = null, next_on = null } = this.place(pseudonym) ?? {};
    return this.#keep(await put(this.#dossier(pseudonym), { presented_on, next_on, ...days }, { etag: this.etag }));
  }

  async dossier(pseudonym) {
    return (await get(`${this.#dossier(pseudonym)}?language=${language()}`)).body;
  }

  async decide(dossier, body) {
    const path = `${this.#dossier(dossier.place.pseudonym)}/decision?language=${language()}`;
    return (await put(path, body, { etag: `"${dossier.decision.revision}"` })).body;
  }

  get order() {
    return this.it.dossiers.map((each) => each.pseudonym);
  }

  /** Of a patient on it; null when they are not, or no longer. */
  place(pseudonym) {
    return this.it.dossiers.find((each) => each.pseudonym === pseudonym) ?? null;
  }

  get isClosed() {
    return this.it.state === 'closed';
  }

  #dossier(pseudonym) {
    return `${this.path}/dossiers/${part(pseudonym)}`;
  }

  #keep({ body, etag }) {
    this.it = body;
    this.etag = etag;
    return body;
  }
}

export const isStale = (error) => error.status === 412;
export const isIdentifying = (error) => error.problem?.type?.endsWith('identifying-text') ?? false;
