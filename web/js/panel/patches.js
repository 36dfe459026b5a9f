// JSON merge patches (RFC 7396) of a draft's findings: applied, put together, taken back.

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** `document` with what `patch` says; null is "not known". */
export function merged(document, patch) {
  const result = { ...(document || {}) };
  for (const [name, value] of Object.entries(patch)) {
    result[name] = isObject(value) ? merged(isObject(result[name]) ? result[name] : {}, value) : value;
  }
  return result;
}

/** One patch that does what `first` and then `second` do. */
export function combined(first, second) {
  const result = { ...first };
  for (const [name, value] of Object.entries(second)) {
    result[name] = isObject(value) && isObject(result[name]) ? combined(result[name], value) : value;
  }
  return result;
}

/** The patch that makes `value` of what is there `now`: a part that only that has is taken away. */
export function whole(value, now) {
  if (!isObject(value) || !isObject(now)) return value ?? null;
  const gone = Object.fromEntries(Object.keys(now).filter((name) => !(name in value)).map((name) => [name, null]));
  return { ...gone, ...Object.fromEntries(Object.entries(value).map(([name, part]) => [name, whole(part, now[name])])) };
}

/** Equal as findings are: a part that is not there is not known, and a list has no order. */
export function same(one, other) {
  return canonical(one) === canonical(other);
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const parts = Object.keys(value).filter((name) => canonical(value[name]) !== 'null').sort();
  return parts.length ? `{${parts.map((name) => `${name}:${canonical(value[name])}`).join()}}` : 'null';
}
