// One release: how far it is, what is in it, how one gets it, and who may have it.

import { ApiError, get, post } from '/workbench/js/api.js';
import { bars } from '/workbench/js/bars.js';
import { command } from '/workbench/js/copying.js';
import { el, fill, svg } from '/workbench/js/dom.js';
import { moment, number, words } from '/workbench/js/i18n.js';
import { Grants } from '/workbench/js/releases/grants.js';
import { has } from '/workbench/js/session.js';
import { size } from '/workbench/js/sizes.js';
import { failure, sentence, waiting } from '/workbench/js/states.js';
import releasesWords from '/workbench/words/releases.js';

const t = words(releasesWords);
// Each look is noted in the audit log.
const LOOK_AGAIN_MS = 1500;
const GOES_ON = ['waiting', 'running'];
const TONES = { building: 'info', ready: 'ok', failed: 'danger', cancelled: '' };
const CONTENTS = ['dicom', 'nifti', 'suv', 'masks', 'sr'];

export const stateChip = (state) => el('span', { class: `chip ${TONES[state] ?? ''}` }, t(`state_${state}`));

export class Release {
  constructor(number, { changed, manages }) {
    this.number = number;
    this.changed = changed;
    this.manages = manages;
    this.found = null;
    this.job = null;
    this.trouble = null;
    this.timer = null;
    this.isEnded = false;
    this.said = el('p', { class: 'said', role: 'status' });
    this.progress = el('div', { class: 'progress-of' });
    this.grants = manages ? new Grants(number) : null;
    this.element = el('article', { class: 'release' });
    this.draw();
  }

  async begin() {
    this.grants?.begin();
    await this.#look();
  }

  end() {
    this.isEnded = true;
    clearTimeout(this.timer);
  }

  /** While it is built it is looked at again and again; nothing else of it changes. */
  async #look() {
    try {
      const before = this.found?.state;
      const follows = this.manages && before === 'building' && this.found.job;
      if (follows) await this.#lookAtJob();
      if (!follows || !GOES_ON.includes(this.job?.state)) this.found = (await get(`/releases/${this.number}`)).body;
      if (!follows && this.manages && this.found.job && this.found.state === 'building') await this.#lookAtJob();
      this.trouble = null;
      if (this.isEnded) return;
      if (before === 'building' && this.found.state === 'building') this.#drawProgress();
      else this.draw();
      this.changed(this.found);
    } catch (error) {
      if (this.isEnded) return;
      this.trouble = error;
      this.draw();
    }
    if (this.found?.state === 'building') this.timer = setTimeout(() => this.#look(), LOOK_AGAIN_MS);
  }

  async #lookAtJob() {
    try {
      this.job = (await get(`/jobs/${this.found.job}`)).body;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.job = null;
    }
  }

  draw() {
    const { found } = this;
    if (!found) {
      fill(this.element, this.trouble ? failure(this.trouble, () => this.#look()) : waiting());
      return;
    }
    this.#drawProgress();
    fill(
      this.element,
      el('header', {}, el('h2', {}, el('span', { class: 'muted number' }, this.number), ' ', found.name), stateChip(found.state), el('span', { class: 'spring' }), this.#acts()),
      this.said,
      this.trouble ? failure(this.trouble, () => this.#look()) : null,
      found.failure ? el('p', { class: 'trouble', role: 'alert' }, found.failure) : null,
      this.progress,
      found.state === 'ready' ? this.#ways() : null,
      this.#facts(),
      found.counts?.by_kind ? this.#kinds() : null,
      this.#erased(),
      this.grants && found.state === 'ready' ? this.grants.element : null,
    );
    this.grants?.draw();
  }

  #acts() {
    if (!this.manages) return null;
    const { state } = this.found;
    return [
      state === 'failed' ? el('button', { class: 'primary', onclick: () => this.#act('resume') }, t('resume')) : null,
      state === 'building' || state === 'failed' ? el('button', { onclick: () => this.#act('cancel') }, t('cancel')) : null,
    ];
  }

  async #act(what) {
    try {
      await post(`/releases/${this.number}/${what}`);
      fill(this.said);
    } catch (error) {
      fill(this.said, sentence(error));
    }
    clearTimeout(this.timer);
    await this.#look();
  }

  #drawProgress() {
    if (this.found.state !== 'building') {
      fill(this.progress);
      return;
    }
    const { progress, state } = this.job ?? {};
    const share = progress?.total ? Math.min(1, progress.done / progress.total) : null;
    const text = progress ? [progress.message && t('step', { step: progress.message }), progress.total ? `${number(progress.done)} / ${number(progress.total)}` : number(progress.done)].filter(Boolean).join(' · ') : t(state === 'waiting' ? 'waits' : 'isBuilt');
    fill(
      this.progress,
      el('div', { role: 'progressbar', 'aria-label': t('progress'), 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': share === null ? null : Math.round(share * 100), 'aria-valuetext': text },
        svg('svg', { viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, svg('rect', { class: 'ground', width: 100, height: 4 }), svg('rect', { class: 'bar', width: (share ?? 0) * 100, height: 4 }))),
      el('p', { class: 'fine number' }, text),
    );
  }

  #ways() {
    const pull = `osteon pull ${this.number} release-${this.number} --url ${location.origin}`;
    const mayHave = has('custodian') || !this.manages;
    if (!mayHave) return el('section', { class: 'card' }, el('h3', {}, t('download')), el('p', { class: 'muted' }, t('noFilesForYou')));
    if (!this.found.counts) return el('section', { class: 'card' }, el('h3', {}, t('download')), el('p', { class: 'muted' }, t('blindForYou')));
    const link = (format) => el('a', { class: 'button', href: `/api/v1/releases/${this.number}/archive?format=${format}`, download: true }, t('archive', { format }));
    return el('section', { class: 'card ways' }, el('h3', {}, t('download')),
      el('p', { class: 'fine' }, t('pullHelp')), command(pull),
      el('p', { class: 'fine' }, t('archiveHelp', { size: size(this.found.counts.bytes) })),
      el('div', { class: 'row' }, link('tar'), link('zip'), el('a', { class: 'button quiet', href: `/api/v1/releases/${this.number}/manifest`, target: '_blank', rel: 'noopener' }, t('manifest'))));
  }

  #facts() {
    const { found } = this;
    const { counts } = found;
    const contents = [...CONTENTS.filter((each) => found.contents[each]).map((each) => t(`content_${each}`)), ...(found.contents.tables ?? []).map((each) => t('content_table', { format: each }))];
    if (found.contents.record) contents.push(t('record_of', { whose: t(`record_${found.contents.record}`) }));
    if (found.contents.lock) contents.push(t('content_lock'));
    const { name, version, query } = found.cohort;
    const facts = [
      ['cohort', name ? el('span', { class: 'code' }, `${name}@${version}`) : Object.keys(query).length ? el('details', {}, el('summary', {}, t('ownQuery')), el('pre', { tabindex: 0 }, JSON.stringify(query, null, 1))) : t('everything')],
      ['contents', contents.join(', ')],
      ['readings', t(`readings_${found.readings}`)],
      counts ? ['size', [...['patients', 'studies', 'series', 'files'].map((each) => t(`n_${each}`, { count: counts[each], number: number(counts[each]) })), size(counts.bytes)].join(', ')] : null,
      counts?.refused ? ['refused', t('refusedIs', { count: counts.refused, number: number(counts.refused) })] : null,
      ['created', `${moment(found.created_at)} · ${found.created_by}`],
      found.ready_at ? ['ready', moment(found.ready_at)] : null,
      found.previous ? ['previous', String(found.previous)] : null,
      ['software', Object.entries(found.versions.software ?? {}).map(([each, is]) => `${each} ${is}`).join(', ')],
      found.manifest_sha256 ? ['digest', el('code', { class: 'digest' }, found.manifest_sha256)] : null,
    ];
    return el('dl', { class: 'facts' }, facts.filter(Boolean).map(([key, value]) => el('div', {}, el('dt', {}, t(`fact_${key}`)), el('dd', {}, value))));
  }

  #kinds() {
    const kinds = Object.entries(this.found.counts.by_kind).map(([kind, each]) => ({ label: `${t(`kind_${kind}`)} · ${size(each.bytes)}`, count: each.files }));
    return el('figure', { class: 'plot' }, el('figcaption', {}, t('filesByKind')), bars(t('filesByKind'), kinds));
  }

  #erased() {
    const { tombstones } = this.found;
    if (!tombstones.length) return null;
    return el('section', {}, el('h3', {}, t('erased')), el('ul', { class: 'plain' }, tombstones.map((each) => el('li', {}, el('span', { class: 'code' }, each.pseudonym), el('span', { class: 'muted' }, ` ${moment(each.at)} · ${t(`erased_${each.reason}`)}`)))));
  }
}
