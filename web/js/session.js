// Who is signed in, and how one signs in and out.

import { ApiError, get, keepRequestToken, post } from '/workbench/js/api.js';

let me = null;

/** {label, user_name, roles, …}; null when nobody is signed in. */
export async function who() {
  try {
    const { body } = await get('/me', { quiet: true });
    me = body;
    if (body.csrf_token) keepRequestToken(body);
    return body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Who it was when last asked. */
export function known() {
  return me;
}

/** Address of the identity provider's sign-in, or null. */
export async function singleSignOn() {
  return (await get('/sign-in', { quiet: true })).body.single_sign_on;
}

export async function signIn(userName, password) {
  const { body } = await post('/sign-in', { user_name: userName, password }, { quiet: true });
  keepRequestToken(body);
  me = body;
  return body;
}

export async function signOut() {
  try {
    await post('/sign-out');
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  me = null;
  location.assign('/sign-in');
}

export function has(role) {
  return Boolean(me?.roles.includes(role));
}

/** Where to go after signing in: a page of this site, or the start page. */
export function wantedPage(search = location.search) {
  const next = new URLSearchParams(search).get('next') || '/';
  const url = new URL(next, location.origin);
  const isOurs = url.origin === location.origin && !url.pathname.startsWith('/sign-in') && !url.pathname.startsWith('/api/');
  return isOurs ? `${url.pathname}${url.search}${url.hash}` : '/';
}
