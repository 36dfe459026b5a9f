// The steps of a measurement: which click comes next, shown on a small drawing.

import { el, svg } from '/workbench/js/dom.js';
import { language, number } from '/workbench/js/i18n.js';
import { LANDMARKS } from '/workbench/js/panel/measuring.js';

// A vertebral body from its left side: front on the left.
const CORNERS = { upper_anterior: [14, 14], upper_middle: [40, 19], upper_posterior: [66, 14], lower_anterior: [14, 58], lower_middle: [40, 53], lower_posterior: [66, 58] };

/** `on`: {start(kind), add(level), back(), finish(), leave(), place(), compare(), take(type)}. */
export function measureView(state, site, kind, t, on) {
  const { guide, busy, answer, problem } = state;
  if (!guide) {
    return el('div', { class: 'measure' }, offers(site, kind, t, on), place(state, t, on), busy ? el('p', { role: 'status', class: 'step' }, t('measuring')) : null, problem ? el('p', { class: 'trouble', role: 'alert' }, problem) : null, answer ? results(answer, t) : null, density(state, t, on));
  }
  return el(
    'div',
    { class: 'measure guided', role: 'group', 'aria-label': t(`measure_${guide.kind}`) },
    guide.kind === 'vertebra' ? body(guide) : null,
    el('p', { role: 'status', class: 'step' }, busy ? t('measuring') : stepWords(guide, t)),
    problem ? el('p', { class: 'trouble', role: 'alert' }, problem) : null,
    el('div', { class: 'actions' },
      guide.isReady ? el('button', { type: 'button', class: 'primary', disabled: busy, onclick: on.finish }, t('measureNow')) : null,
      guide.further.map((level) => el('button', { type: 'button', onclick: () => on.add(level) }, t('addNeighbour', { level }))),
      el('button', { type: 'button', class: 'quiet', onclick: on.back }, t('lastPointAgain')),
      el('button', { type: 'button', class: 'quiet', onclick: on.leave }, t('stopMeasuring'))),
  );
}

function offers(site, kind, t, on) {
  const wanted = [site.level && !['C0', 'C1', 'coccyx'].includes(site.level) ? 'vertebra' : null, kind === 'long_bone' ? 'cortex' : null].filter(Boolean);
  return [
    el('div', { class: 'actions' }, wanted.map((each) => el('button', { type: 'button', onclick: () => on.start(each) }, t(`measure_${each}`)))),
    el('p', { class: 'fine' }, t('measureHow')),
  ];
}

/** A lesion has one place; what is drawn later is measured, and does not move it. */
function place({ hasPlace, placing }, t, on) {
  if (placing) return el('p', { class: 'notice', role: 'status' }, t('placeNext'));
  return hasPlace ? el('button', { type: 'button', class: 'small', onclick: on.place }, t('placeAnew')) : null;
}

function stepWords(guide, t) {
  const { step } = guide;
  if (!step) return t('measureReady');
  if (guide.kind === 'cortex') return t('drawContour', { which: t(`contour_${step.name}`), at: step.at + 1, of: 3 });
  return t('clickLandmark', { which: t(`landmark_${step.name}`), level: step.level, at: step.at + 1, of: LANDMARKS.length });
}

function body(guide) {
  const now = guide.step?.name;
  const { all } = guide.now.places;
  return svg('svg', { viewBox: '0 0 80 72', width: 80, height: 72, 'aria-hidden': 'true', class: 'vertebra' },
    svg('path', { d: 'M12 12 Q40 22 68 12 Q63 36 68 60 Q40 50 12 60 Q17 36 12 12Z' }),
    LANDMARKS.map((name, index) => svg('circle', {
      cx: CORNERS[name][0], cy: CORNERS[name][1], r: name === now ? 6 : 4, class: name === now ? 'now' : all[index] ? 'done' : 'open',
    })));
}

/** Always a suggestion: it stands apart, and nothing happens until it is taken. */
function density({ region, comparing, suggestion }, t, on) {
  if (comparing) return el('p', { class: 'notice', role: 'status' }, t('drawNormal'));
  if (!suggestion) return region ? el('button', { type: 'button', class: 'small', onclick: on.compare }, t('compareNormal')) : null;
  const type = suggestion.lesion_type;
  return el('div', { class: 'suggested', role: 'status' },
    el('p', {}, el('span', { class: 'chip info' }, t('suggestion')), ' ', el('strong', {}, type ? t(`type_${type}`) : t('noSuggestion'))),
    el('p', { class: 'fine' }, `${suggestion.reason[language()]}. ${suggestion.notice[language()]}`),
    type ? el('button', { type: 'button', class: 'small', onclick: () => on.take(type) }, t('takeSuggestion')) : null);
}

function results(answer, t) {
  return el('div', { class: 'measured' },
    el('dl', {}, answer.values.map((each) => [
      el('dt', {}, each.label[language()], each.part ? ` · ${t(`part_${each.part}`)}` : ''),
      el('dd', { class: 'number' }, `${number(each.value)} ${each.unit === '[hnsf\'U]' ? 'HU' : each.unit}`),
    ])),
    answer.mismatches.length ? el('p', { class: 'notice warning' }, t('mismatch')) : null);
}
