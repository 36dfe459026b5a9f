// Marks on the drawing: told apart by their outline as well as by their colour.

import { svg } from '/workbench/js/dom.js';

export const LARGE = 8.2;
export const SMALL = 5.2;
export const LARGER = 1.5;
const TURNS = { square: [4, 45, 1.2], diamond: [4, 0, 1.3], triangle: [3, -90, 1.45] };

/** A group at (0, 0): halo, outline, and the lesion's number on it. */
export function mark(look, text, size) {
  const isRing = look.glyph === 'ring';
  const isTriangle = look.glyph === 'triangle';
  const letters = size * (text.length === 1 ? 1.25 : 0.98) * (isTriangle ? 0.86 : 1);
  return [
    outline(look.glyph, size + 1.3, { class: 'halo' }),
    outline(look.glyph, size, isRing ? { class: 'ring', stroke: look.colour } : { fill: look.colour }),
    svg(
      'text',
      { y: letters * (isTriangle ? 0.5 : 0.36), 'font-size': letters, fill: isRing ? null : look.ink, class: isRing ? 'on-ring' : null },
      text,
    ),
  ];
}

/** The same for a legend, alone. */
export function sample(look) {
  const isRing = look.glyph === 'ring';
  return svg(
    'svg',
    { viewBox: '-10 -10 20 20', class: 'sample', 'aria-hidden': 'true' },
    outline(look.glyph, 6.6, isRing ? { class: 'ring', stroke: look.colour } : { fill: look.colour }),
  );
}

function outline(glyph, size, attributes) {
  if (!(glyph in TURNS)) return svg('circle', { r: size, ...attributes });
  const [corners, turn, grown] = TURNS[glyph];
  const points = Array.from({ length: corners }, (_, place) => {
    const angle = ((turn + (360 * place) / corners) * Math.PI) / 180;
    return `${(size * grown * Math.cos(angle)).toFixed(2)},${(size * grown * Math.sin(angle)).toFixed(2)}`;
  });
  return svg('polygon', { points: points.join(' '), ...attributes });
}
