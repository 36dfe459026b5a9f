// The one way to the server: JSON over /api/v1 with the session's cookie, and the token that changes need.

const PREFIX = '/api/v1';
const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const CSRF = 'X-CSRF-Token';

/** An answer of 400 or more. `problem` is its RFC 9457 body, or {} when it had none. */
export class ApiError extends Error {
  constructor(status, problem, headers) {
    super(problem.detail || `the server answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
    this.retryAfter = Number(headers?.get('Retry-After')) || null;
    this.etag = headers?.get('ETag') || null;
  }
}

/** No answer came: the server or the network is away. Nothing is known of what became of a change. */
export class Unreachable extends Error {
  constructor() {
    super('the server cannot be reached');
    this.name = 'Unreachable';
  }
}

let requestToken = null;
let owner = null;
let returning = null;

export const get = (path, options) => request('GET', path, options);
export const post = (path, body, options) => request('POST', path, { ...options, body });
export const put = (path, body, options) => request('PUT', path, { ...options, body });
export const patch = (path, body, options) =>
  request('PATCH', path, { ...options, body });
export const del = (path, options) => request('DELETE', path, options);

/** The token of a session that has just begun, and whose it is, so that it need not be asked for. */
export function keepRequestToken({ csrf_token: token, label }) {
  requestToken = token || '';
  owner = label;
}

/** Every item of a list, page by page; `most` bounds how many pages are asked for. */
export async function all(path, { most = 20, ...options } = {}) {
  const items = [];
  let cursor = null;
  for (let page = 0; page < most; page += 1) {
    const { body } = await get(cursor ? withQuery(path, { cursor }) : path, options);
    items.push(...body.items);
    cursor = body.next_cursor;
    if (!cursor) break;
  }
  return items;
}

/** `path` with what is set of `query` (null, undefined and '' are left out). */
export function withQuery(path, query) {
  const wanted = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (!wanted.length) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(wanted)}`;
}

/**
 * {status, etag, headers, body}. `quiet`: a 401 is thrown at once, without asking anybody to sign in again.
 * Throws ApiError and Unreachable; an `AbortError` passes as it is.
 */
export async function request(method, path, options = {}) {
  let answer = await send(method, path, options);
  if (answer.status === 401 && !options.quiet && (await signedInAgain())) answer = await send(method, path, options);
  if (answer.status === 403 && CHANGING.has(method) && !options.quiet && (await isTokenStale(answer))) {
    answer = await send(method, path, options);
  }
  const body = await content(answer);
  if (!answer.ok) throw new ApiError(answer.status, problemOf(body), answer.headers);
  return { status: answer.status, etag: answer.headers.get('ETag'), headers: answer.headers, body };
}

async function send(method, path, { body, etag, signal, type, quiet, headers = {} }) {
  const sent = new Headers({ Accept: 'application/json', ...headers });
  if (etag) sent.set('If-Match', etag);
  if (CHANGING.has(method) && !quiet) sent.set(CSRF, await csrf());
  if (body !== undefined) sent.set('Content-Type', type || 'application/json');
  const wanted = { method, headers: sent, signal, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) wanted.body = JSON.stringify(body);
  return reach(address(path), wanted);
}

async function reach(url, wanted) {
  try {
    return await fetch(url, wanted);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Unreachable();
  }
}

function address(path) {
  return path.startsWith('/api/') || path.startsWith('/dicom-web/') ? path : `${PREFIX}${path}`;
}

async function content(answer) {
  if (answer.status === 204 || !/json/.test(answer.headers.get('Content-Type') || '')) return null;
  try {
    return await answer.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error.name === 'AbortError' ? error : new Unreachable();
  }
}

function problemOf(body) {
  return body && typeof body === 'object' ? body : {};
}

async function csrf() {
  if (requestToken === null) {
    const me = await signedIn();
    if (me && !isSomebodyElse(me)) keepRequestToken(me);
  }
  return requestToken || '';
}

async function signedIn() {
  const answer = await reach(address('/me'), { credentials: 'same-origin', cache: 'no-store' });
  return answer.ok ? content(answer) : null;
}

/** Another session has begun in another window: what was entered here is not theirs, and is not sent in their name. */
function isSomebodyElse({ label }) {
  return owner !== null && label !== owner;
}

/** After signing in again in another window the token is another one: ask for it, and try once more if it is. */
async function isTokenStale(answer) {
  const { roles } = problemOf(await content(answer.clone()));
  if (roles) return false;
  const before = requestToken;
  requestToken = null;
  const me = await signedIn();
  if (!me) return false;
  if (isSomebodyElse(me)) return signedInAgain();
  keepRequestToken(me);
  return requestToken !== before;
}

/** Asks the page, once for all requests that wait; false when nobody there takes care of it. */
function signedInAgain() {
  if (returning === null) {
    requestToken = null;
    returning = new Promise((resolve) => {
      const event = new CustomEvent('osteon-signed-out', { cancelable: true, detail: { signedIn: () => resolve(true) } });
      if (document.dispatchEvent(event)) resolve(false);
    }).finally(() => {
      returning = null;
    });
  }
  return returning;
}
