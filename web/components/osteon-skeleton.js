// <osteon-skeleton>: a drawn skeleton with lesions on it, or to pick a site from.
//
// lesions: [{id, label, name, site | shape, type, risk, stages?: [{study_date, type, risk}]}], as in the meeting sheet.
// small (attribute): where it is shown small, its marks are larger. still (attribute): without controls. colour: 'type' or 'risk'. pick: sites can be picked (also as an attribute). selected: the key of a picked site.
// Event osteon-pick, from a mark, a site or a key: {key, site, level, side, lesions: [id]}.

import { adopt, el, fill, svg } from '/workbench/js/dom.js';
import { day, language, named, words } from '/workbench/js/i18n.js';
import { drawing, keyOf } from '/workbench/js/skeleton/drawing.js';
import { LARGE, LARGER, mark, sample, SMALL } from '/workbench/js/skeleton/marks.js';
import { next } from '/workbench/js/skeleton/moving.js';
import skeletonWords from '/workbench/words/skeleton.js';

const t = words(skeletonWords);

class OsteonSkeleton extends HTMLElement {
  #lesions = [];
  #colour = 'type';
  #selected = null;
  #wholes = false;
  #at = null;
  #drawn = null;
  #frame = el('div', { class: 'frame' });
  #controls = el('div', { class: 'controls' });
  #legend = el('ul', { class: 'legend' });
  #said = el('p', { class: 'said', role: 'status' });
  #redraw = () => this.#draw();

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.append(this.#controls, this.#frame, this.#said, this.#legend);
    adopt(root, 'base.css', 'skeleton.css');
  }

  async connectedCallback() {
    document.addEventListener('osteon-language', this.#redraw);
    if (this.#drawn) return;
    this.#drawn = await drawing();
    this.#prepare();
    this.#draw();
  }

  disconnectedCallback() {
    document.removeEventListener('osteon-language', this.#redraw);
  }

  static get observedAttributes() {
    return ['pick'];
  }

  attributeChangedCallback() {
    this.#draw();
  }

  get lesions() {
    return this.#lesions;
  }

  set lesions(lesions) {
    this.#lesions = lesions ?? [];
    this.#at = null;
    this.#draw();
  }

  get colour() {
    return this.#colour;
  }

  set colour(colour) {
    this.#colour = colour === 'risk' ? 'risk' : 'type';
    this.#draw();
  }

  get pick() {
    return this.hasAttribute('pick');
  }

  set pick(is) {
    this.toggleAttribute('pick', Boolean(is));
  }

  get selected() {
    return this.#selected;
  }

  set selected(key) {
    this.#selected = typeof key === 'object' && key ? keyOf(key) : key;
    this.#draw();
  }

  #prepare() {
    const { svg: picture } = this.#drawn;
    picture.append(svg('text', { class: 'side right', x: -150, y: 150 }), svg('text', { class: 'side left', x: 150, y: 150 }));
    picture.append(svg('g', { class: 'marks' }));
    for (const path of picture.querySelectorAll('.site')) {
      path.addEventListener('pointerenter', () => this.#tell(this.#keyAt(path)));
      path.addEventListener('pointerleave', () => this.#tell(null));
      path.addEventListener('focus', () => this.#tell(this.#keyAt(path)));
      path.addEventListener('blur', () => this.#tell(null));
      path.addEventListener('click', () => this.#choose(this.#keyAt(path)));
    }
    picture.addEventListener('keydown', (event) => this.#press(event));
    fill(this.#frame, picture);
  }

  #draw() {
    if (!this.#drawn) return;
    const dates = this.#dates();
    const shown = this.#shown(dates);
    this.#drawControls(dates);
    this.#drawSites(shown);
    this.#drawMarks(shown);
    this.#drawLegend(shown);
    this.#tell(null);
  }

  /** Days on which lesions were read, the first one first. */
  #dates() {
    const days = this.#lesions.flatMap((lesion) => (lesion.stages ?? []).map((stage) => stage.study_date).filter(Boolean));
    return [...new Set(days)].sort();
  }

  /** Each lesion as it was read last up to the chosen day; without those that were not read yet. */
  #shown(dates) {
    const until = this.#at === null ? null : dates[this.#at];
    return this.#lesions.flatMap((lesion) => {
      const key = lesion.shape ?? keyOf(lesion.site);
      if (!until || !lesion.stages?.length) return [{ ...lesion, key }];
      const stage = lesion.stages.filter((each) => !each.study_date || each.study_date <= until).at(-1);
      return stage ? [{ ...lesion, key, type: stage.type, risk: stage.risk }] : [];
    });
  }

  #drawControls(dates) {
    const last = dates.length - 1;
    const at = this.#at ?? last;
    fill(
      this.#controls,
      this.#lesions.length ? this.#choice(t('by'), ['type', 'risk'], (each) => t(`by_${each}`), this.#colour, (each) => { this.colour = each; }) : null,
      this.pick ? this.#choice(t('what'), ['parts', 'whole'], t, this.#wholes ? 'whole' : 'parts', (each) => { this.#wholes = each === 'whole'; this.#draw(); }) : null,
      last > 0 ? this.#time(dates, at, last) : null,
    );
  }

  #choice(label, values, name, current, choose) {
    const focused = this.shadowRoot.activeElement?.dataset.value;
    const buttons = values.map((each) =>
      el('button', { type: 'button', 'aria-pressed': String(each === current), dataset: { value: each }, onclick: () => choose(each) }, name(each)),
    );
    queueMicrotask(() => buttons.find((each) => each.dataset.value === focused)?.focus());
    return el('div', { class: 'choice', role: 'group', 'aria-label': label }, buttons);
  }

  #time(dates, at, last) {
    const go = (place) => {
      this.#at = Math.max(0, Math.min(last, place));
      const range = this.shadowRoot.activeElement?.type === 'range';
      this.#draw();
      if (range) this.#controls.querySelector('input').focus();
    };
    return el(
      'div',
      { class: 'time' },
      el('button', { type: 'button', class: 'quiet step', 'aria-label': t('earlier'), disabled: at === 0, onclick: () => go(at - 1) }, '‹'),
      el('input', { type: 'range', min: 0, max: last, step: 1, value: at, 'aria-label': t('time'), 'aria-valuetext': day(dates[at]), oninput: (event) => go(Number(event.target.value)) }),
      el('button', { type: 'button', class: 'quiet step', 'aria-label': t('later'), disabled: at === last, onclick: () => go(at + 1) }, '›'),
      el('output', { class: 'number' }, day(dates[at])),
    );
  }

  #drawSites(shown) {
    const { svg: picture, sites } = this.#drawn;
    picture.setAttribute('aria-label', t('title'));
    picture.setAttribute('role', 'group');
    picture.classList.toggle('picking', this.pick);
    picture.querySelector('.side.right').textContent = t('right');
    picture.querySelector('.side.left').textContent = t('left');
    const colours = new Map([...shown].reverse().map((lesion) => [lesion.key, this.#look(lesion).colour]));
    let reachable = null;
    for (const path of picture.querySelectorAll('.site')) {
      const { site, whole } = path.dataset;
      const colour = colours.get(site) ?? colours.get(whole);
      if (colour) path.style.setProperty('--tint', colour);
      path.classList.toggle('tinted', Boolean(colour));
      path.classList.toggle('selected', this.#selected !== null && [site, whole].includes(this.#selected));
      this.#makeReachable(path, named(sites[this.#keyAt(path)]));
      if (path.classList.contains('selected')) reachable = path;
    }
    if (this.pick) (reachable ?? picture.querySelector('.site[data-site="vertebra:L3"][data-view="spine"]')).setAttribute('tabindex', '0');
  }

  #makeReachable(path, name) {
    if (!this.pick || path.classList.contains('whole')) {
      for (const attribute of ['tabindex', 'role', 'aria-label']) path.removeAttribute(attribute);
      return;
    }
    path.setAttribute('tabindex', '-1');
    path.setAttribute('role', 'button');
    path.setAttribute('aria-label', name);
  }

  #drawMarks(shown) {
    const { svg: picture } = this.#drawn;
    const focused = this.shadowRoot.activeElement?.dataset.lesion;
    const groups = [];
    for (const [key, here] of grouped(shown)) {
      const shapes = [...picture.querySelectorAll(`.site[data-site="${key}"]`)];
      shapes.forEach((shape, place) => {
        const isMain = place === shapes.length - 1;
        const size = (isMain ? LARGE : SMALL) * (this.hasAttribute('small') ? LARGER : 1);
        here.forEach((lesion, number) => groups.push(this.#mark(lesion, shape, size, 2.1 * size * (number - (here.length - 1) / 2), isMain)));
      });
    }
    picture.querySelector('.marks').replaceChildren(...groups);
    groups.find((each) => each.dataset.lesion === focused && each.hasAttribute('tabindex'))?.focus();
  }

  #mark(lesion, shape, size, aside, isMain) {
    const text = String(lesion.label ?? lesion.number ?? '').replace(/^L/, '');
    const group = svg('g', {
      class: 'mark',
      transform: `translate(${Number(shape.dataset.x) + aside} ${shape.dataset.y})`,
      dataset: { lesion: lesion.id },
      ...(isMain ? { tabindex: 0, role: 'button', 'aria-label': this.#sentence(lesion) } : { 'aria-hidden': 'true' }),
      onclick: () => this.#send(lesion.key, [lesion.id]),
      onpointerenter: () => this.#tell(lesion.key, lesion),
      onpointerleave: () => this.#tell(null),
      onfocus: () => this.#tell(lesion.key, lesion),
      onblur: () => this.#tell(null),
    });
    group.append(...mark(this.#look(lesion), text, size));
    return group;
  }

  #drawLegend(shown) {
    this.#legend.hidden = !this.#lesions.length;
    const counts = new Map();
    for (const lesion of shown) counts.set(this.#look(lesion).key, (counts.get(this.#look(lesion).key) ?? 0) + 1);
    fill(
      this.#legend,
      this.#drawn[this.#colour].map((look) =>
        el('li', { class: counts.has(look.key) ? null : 'absent' }, sample(look), look[language()], el('span', { class: 'number count' }, String(counts.get(look.key) ?? 0))),
      ),
    );
  }

  #look(lesion) {
    const looks = this.#drawn[this.#colour];
    const otherwise = this.#colour === 'type' ? 'unknown' : 'none';
    return looks.find((each) => each.key === lesion[this.#colour]) ?? looks.find((each) => each.key === otherwise);
  }

  /** The site that a path stands for now: its own, or the whole that it is a part of. */
  #keyAt(path) {
    const { site, whole } = path.dataset;
    return this.#wholes && this.pick && whole ? whole : site;
  }

  #sentence(lesion) {
    const name = lesion.name ?? named(this.#drawn.sites[lesion.key]);
    return [lesion.label, name, this.#look(lesion)[language()]].filter(Boolean).join(', ');
  }

  #tell(key, lesion = null) {
    const site = key && this.#drawn.sites[key];
    const here = key ? this.#shown(this.#dates()).filter((each) => each.key === key) : [];
    const picked = this.pick && this.#drawn.sites[this.#selected];
    const hint = picked ? named(picked) : this.pick ? t('hintPick') : this.#lesions.length ? t('hint') : t('none');
    const text = lesion ? this.#sentence(lesion) : here.length ? here.map((each) => this.#sentence(each)).join('; ') : site && this.pick ? named(site) : hint;
    this.#said.textContent = text;
    this.#said.classList.toggle('hint', text === hint && !picked);
    for (const path of this.#drawn.svg.querySelectorAll('.site')) path.classList.toggle('pointed', Boolean(key) && (this.pick || here.length > 0) && this.#keyAt(path) === key);
  }

  #choose(key) {
    const ids = this.#shown(this.#dates()).filter((each) => each.key === key).map((each) => each.id);
    if (this.pick) this.selected = key;
    if (this.pick || ids.length) this.#send(key, ids);
  }

  #send(key, lesions) {
    const { name_en, name_fr, ...site } = this.#drawn.sites[key];
    const detail = { key, site, level: site.level ?? null, side: site.side ?? null, lesions };
    this.dispatchEvent(new CustomEvent('osteon-pick', { detail, bubbles: true, composed: true }));
  }

  #press(event) {
    const at = event.target;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      at.dispatchEvent(new MouseEvent('click'));
      return;
    }
    if (!this.pick || !at.classList.contains('site')) return;
    const to = next(event.key, at, this.#drawn.svg.querySelectorAll('.site:not(.whole)'));
    if (!to) return;
    event.preventDefault();
    at.setAttribute('tabindex', '-1');
    to.setAttribute('tabindex', '0');
    to.focus();
  }
}

function grouped(lesions) {
  const found = new Map();
  for (const lesion of lesions) found.set(lesion.key, [...(found.get(lesion.key) ?? []), lesion]);
  return found;
}

customElements.define('osteon-skeleton', OsteonSkeleton);
