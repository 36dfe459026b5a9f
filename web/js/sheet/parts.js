// What several parts of the sheet need: its words and days, marks of types, who said what.

import { el, svg } from '/workbench/js/dom.js';
import { day } from '/workbench/js/i18n.js';

// As the drawing's own marks are (/workbench/images/skeleton.json): colour and outline of each type.
const TYPES = {
  lytic: ['circle', '#c2410c'],
  mixed: ['diamond', '#8b3fa0'],
  blastic: ['square', '#0b62a4'],
  unknown: ['ring', '#5f6670'],
};

/** The sheet's headings as properties, and its ways of writing days, studies and people. */
export class Said {
  constructor(sheet) {
    Object.assign(this, sheet.words);
  }

  day(value) {
    return value ? day(value) : this.undated;
  }

  study(study) {
    return [...study.modalities, this.day(study.study_date)].join(' ');
  }

  entered({ by, meeting_date: meeting }) {
    return `${this.entered_by} ${by ?? ''}${meeting ? ` ${this.for_meeting} ${this.day(meeting)}` : ''}`;
  }

  supplier({ by, meeting_date: meeting }) {
    return meeting ? `${by ?? ''}, ${this.day(meeting)}` : by ?? '';
  }
}

export function markOf(lesion) {
  const [glyph, colour] = TYPES[lesion.type];
  const painted = glyph === 'ring' ? { fill: 'none', stroke: colour, 'stroke-width': 1.5 } : { fill: colour };
  return svg('svg', { class: 'mark', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, outline(glyph, painted));
}

/** What one person said for one meeting stands together under their name. */
export function contextTables(lines, said) {
  const groups = new Map();
  for (const line of lines) {
    const who = said.entered(line.supplied);
    groups.set(who, [...(groups.get(who) ?? []), line]);
  }
  return [...groups].map(([who, own]) =>
    el(
      'table',
      { class: 'context' },
      el('caption', {}, who),
      el('tbody', {}, own.map((line) => el('tr', {}, el('th', { scope: 'row' }, line.label), el('td', {}, line.value)))),
    ),
  );
}

function outline(glyph, painted) {
  if (glyph === 'square') return svg('rect', { x: 3.4, y: 3.4, width: 9.2, height: 9.2, ...painted });
  if (glyph === 'diamond') return svg('polygon', { points: '8,1 15,8 8,15 1,8', ...painted });
  return svg('circle', { cx: 8, cy: 8, r: 5.4, ...painted });
}
