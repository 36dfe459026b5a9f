// A question as the page edits it: groups and conditions; and as the API has it.
//
// A group is {kind: 'group', how: 'all' | 'any' | a kind of thing, not, parts, ofPatient}; with a kind of thing all of its parts
// hold of one and the same. A condition is {kind: 'condition', field, op, value, not}; value is text as it was typed, a list of
// texts, [from, to], or true and false.

export const SOME = ['reading', 'lesion', 'score', 'series', 'study', 'assignment', 'patient'];
const NUMERIC = new Set(['number', 'whole']);

export const group = (how = 'all', parts = [], more = {}) => ({ kind: 'group', how, not: false, parts, ofPatient: false, ...more });
export const condition = (field, op, value) => ({ kind: 'condition', field, op, value, not: false });

/** A new condition on a field, with the operator that it is asked by most. */
export function begun(field) {
  const op = field.kind === 'yes_no' || field.kind === 'text' ? field.operators[0] : field.operators.includes('gte') ? 'gte' : 'eq';
  const chosen = field.kind === 'text' ? 'contains' : op;
  return condition(field.name, chosen, blank(field, chosen));
}

export function blank(field, op) {
  if (op === 'exists') return true;
  if (op === 'range') return ['', ''];
  if (op === 'in') return [];
  if (field.kind === 'yes_no') return true;
  return field.kind === 'choice' && op !== 'in' ? field.choices[0] : '';
}

/** The document of a tree; parts that are not filled in yet are left out. null: everything. */
export function toDocument(tree, catalogue) {
  const found = written(tree, catalogue);
  return found && found.all && !found.all.length ? null : found;
}

function written(node, catalogue) {
  const said = node.kind === 'group' ? writtenGroup(node, catalogue) : writtenCondition(node, catalogue.field(node.field));
  return said && node.not ? { not: said } : said;
}

function writtenGroup(node, catalogue) {
  const parts = node.parts.map((each) => written(each, catalogue)).filter(Boolean);
  if (node.how === 'any') return parts.length ? { any: parts } : null;
  if (node.how === 'all') return node.not && !parts.length ? null : { all: parts };
  if (!parts.length) return null;
  return { some: node.how, where: parts.length === 1 ? parts[0] : { all: parts }, ...(node.ofPatient ? { of: 'patient' } : {}) };
}

function writtenCondition(node, field) {
  const value = valueOf(field, node);
  return value === undefined ? null : { field: node.field, op: node.op, value };
}

/** undefined while it is not filled in. What is no number stays text, and is refused with the reason. */
function valueOf(field, { op, value }) {
  const single = (text) => (NUMERIC.has(field.kind) && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text.trim());
  if (op === 'exists' || field.kind === 'yes_no') return value;
  if (op === 'range') return value.every((end) => end.trim() === '') ? undefined : value.map((end) => (end.trim() === '' ? null : single(end)));
  if (op === 'in') return value.length ? value.map(single) : undefined;
  const read = single(field.kind === 'code' ? value.toUpperCase() : value);
  return read === '' ? undefined : read;
}

/** The tree of a document; its outermost part is a group. */
export function toTree(document, catalogue) {
  if (!document || !Object.keys(document).length) return group();
  const found = read(document, catalogue);
  return found.kind === 'group' && !found.not && SOME.indexOf(found.how) < 0 ? found : group('all', [found]);
}

function read(document, catalogue) {
  if ('all' in document) return group('all', document.all.map((each) => read(each, catalogue)));
  if ('any' in document) return group('any', document.any.map((each) => read(each, catalogue)));
  if ('some' in document) return readSome(document, catalogue);
  if ('not' in document) {
    const inside = read(document.not, catalogue);
    return inside.not ? group('all', [inside], { not: true }) : { ...inside, not: true };
  }
  return condition(document.field, document.op ?? 'eq', shown(document.value));
}

function readSome({ some, where, of }, catalogue) {
  const inside = where && Object.keys(where).length ? read(where, catalogue) : group();
  const parts = inside.kind === 'group' && inside.how === 'all' && !inside.not ? inside.parts : [inside];
  return group(some, parts, { ofPatient: of === 'patient' });
}

function shown(value) {
  if (Array.isArray(value)) return value.map((each) => (each === null ? '' : String(each)));
  return typeof value === 'boolean' ? value : String(value);
}

/** Conditions that want a number and have none: where each is, counted from 1 in its groups. */
export function withoutNumber(node, catalogue, place = []) {
  if (node.kind === 'group') return node.parts.flatMap((part, at) => withoutNumber(part, catalogue, [...place, at + 1]));
  const field = catalogue.field(node.field);
  if (!NUMERIC.has(field.kind) || node.op === 'exists') return [];
  const whole = field.kind === 'whole' ? Number.isInteger : Number.isFinite;
  const isRight = (text) => text.trim() === '' || whole(Number(text));
  return [node.value].flat().every(isRight) ? [] : [{ place: place.join('.'), kind: field.kind }];
}
