// Finding a place in the skeleton by typing, in French and English: "T11", "fémur prox G", "L femur".

const LEFT = ['left', 'gauche', 'l', 'g'];
const RIGHT = ['right', 'droit', 'droite', 'r', 'd'];
const SIDES = { left: LEFT, right: RIGHT };

// What people type that stands in no name.
const PROXIMAL_FEMUR = ['head', 'neck', 'greater_trochanter', 'lesser_trochanter', 'intertrochanteric', 'subtrochanteric'];
const ALSO = {
  femur: Object.fromEntries(PROXIMAL_FEMUR.map((region) => [region, ['proximal', 'hip', 'hanche']])),
  pelvis: { ilium: ['iliac', 'iliaque', 'aile'], acetabulum: ['hip', 'hanche', 'cotyle'], sacroiliac_joint: ['si', 'sij'] },
};
const VERTEBRAE = { C0: ['occiput'], C1: ['atlas'], C2: ['axis'], coccyx: ['coccyx'] };

/** Every place of the API's skeleton: {site, en, fr, kind, words}. */
export function placesOf(skeleton) {
  return skeleton.bones.flatMap((bone) => parts(bone).flatMap((part) => sided(bone, part)));
}

/** The best `most` places for what was typed; [] for nothing. */
export function search(places, text, most = 8) {
  const tokens = folded(text);
  if (!tokens.length) return [];
  const found = matching(places, tokens);
  return (found.length ? found : matching(places, withSideApart(tokens))).slice(0, most);
}

/** Lower-case words without accents. */
export function folded(text) {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

/** A letter beside other words says the side: "G" is left, and no great trochanter. */
function isSide(token) {
  return token.length === 1 && (LEFT.includes(token) || RIGHT.includes(token));
}

function parts(bone) {
  if (bone.levels.length) return bone.levels.map((level) => ({ key: 'level', value: level.value, name: level }));
  if (bone.numbers.length) return bone.numbers.map((number) => ({ key: 'number', value: number, name: null }));
  if (bone.regions.length) return bone.regions.map((region) => ({ key: 'region', value: region.value, name: region }));
  return [{ key: null, value: null, name: null }];
}

function sided(bone, part) {
  if (bone.side === 'none') return [place(bone, part, null)];
  const sides = ['left', 'right'].map((side) => place(bone, part, side));
  return bone.side === 'optional' ? [place(bone, part, null), ...sides] : sides;
}

function place(bone, part, side) {
  const site = { bone: bone.bone.value };
  if (part.key) site[part.key] = part.value;
  if (side) site.side = side;
  return { site, kind: bone.kind, en: english(bone, part, side), fr: french(bone, part, side), words: wordsOf(bone, part, side) };
}

function english(bone, part, side) {
  if (part.key === 'level') return part.name.name_en;
  const name = [side, bone.bone.name_en, part.key === 'number' ? part.value : null].filter(Boolean).join(' ');
  return part.name ? `${name}, ${part.name.name_en}` : name;
}

function french(bone, part, side) {
  if (part.key === 'level') return part.name.name_fr;
  const name = [bone.bone.name_fr, part.key === 'number' ? part.value : null].filter(Boolean).join(' ');
  const where = { left: 'à gauche', right: 'à droite' }[side];
  return [name, part.name?.name_fr, where].filter(Boolean).join(', ');
}

function wordsOf(bone, part, side) {
  const words = new Set([...folded(bone.bone.name_en), ...folded(bone.bone.name_fr)]);
  for (const name of [part.name?.name_en, part.name?.name_fr]) for (const word of folded(name || '')) words.add(word);
  const more = ALSO[bone.bone.value]?.[part.value] || (part.key === 'level' ? spinal(part.value) : []);
  for (const word of more) words.add(word);
  if (part.key === 'number') words.add(String(part.value));
  for (const word of SIDES[side] || []) words.add(word);
  return words;
}

/** Thoracic vertebrae are dorsal ones too; S1 is of the sacrum. */
function spinal(level) {
  const also = VERTEBRAE[level] || [];
  if (level.startsWith('T')) return [level.toLowerCase(), `d${level.slice(1)}`, ...also];
  if (/^S\d/.test(level)) return [level.toLowerCase(), 'sacrum', ...also];
  return [level.toLowerCase(), ...also];
}

function matching(places, tokens) {
  const found = [];
  places.forEach((each, index) => {
    const marks = tokens.map((token) => mark(each.words, token, tokens.length > 1 && isSide(token)));
    if (marks.every((one) => one > 0)) found.push({ each, index, sum: marks.reduce((one, other) => one + other, 0) });
  });
  return found.sort((one, other) => other.sum - one.sum || one.index - other.index).map(({ each }) => each);
}

/** 2 for a whole word, 1 for the beginning of one, 0 for neither. */
function mark(words, token, mustBeWhole) {
  if (words.has(token)) return 2;
  if (mustBeWhole) return 0;
  for (const word of words) if (word.startsWith(token)) return 1;
  return 0;
}

/** "sug" is "su" and "g": the side, typed on without a space. */
function withSideApart(tokens) {
  const last = tokens.at(-1);
  const side = last.at(-1);
  return last.length > 2 && isSide(side) ? [...tokens.slice(0, -1), last.slice(0, -1), side] : tokens;
}
