// What every page has: header, navigation by role, language, theme, who is signed in, and signing in again on top.

import { el, fill } from '/workbench/js/dom.js';
import { language, LANGUAGES, setLanguage, words } from '/workbench/js/i18n.js';
import { NAVIGATION } from '/workbench/js/navigation.js';
import { signOut, who } from '/workbench/js/session.js';
import { signInDialog } from '/workbench/js/sign-in-dialog.js';
import { setTheme, shownTheme } from '/workbench/js/theme.js';
import { failure, sentence } from '/workbench/js/states.js';
import shellWords from '/workbench/words/shell.js';

const t = words(shellWords);

/**
 * Make this document one of the workbench's pages. `title` gives the page's name in the current language; `draw` is
 * called with who is signed in, at once and when the language changes. Nobody signed in: to the sign-in page.
 */
export async function shell({ title, draw, needsSignIn = true }) {
  language();
  const header = el('header', { class: 'shell' });
  document.body.prepend(el('a', { class: 'skip', href: '#main' }, t('skip')), header);
  document.addEventListener('osteon-signed-out', onSignedOut);
  const main = document.getElementById('main');
  let me = null;
  try {
    me = needsSignIn ? await who() : null;
  } catch (error) {
    drawHeader(header, null);
    document.title = t('product');
    fill(main, failure(error, () => location.reload()));
    return null;
  }
  if (needsSignIn && me === null) {
    const here = `${location.pathname}${location.search}${location.hash}`;
    location.replace(here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`);
    return null;
  }
  const redraw = () => {
    document.title = `${title()} · ${t('product')}`;
    document.querySelector('a.skip').textContent = t('skip');
    drawHeader(header, me);
    draw(me);
  };
  document.addEventListener('osteon-language', redraw);
  redraw();
  return me;
}

function drawHeader(header, me) {
  fill(
    header,
    el('a', { class: 'brand', href: '/' }, mark(), t('product')),
    me ? el('nav', { 'aria-label': t('navigation') }, NAVIGATION.filter((each) => isFor(each, me)).map((each) => entry(each, me))) : null,
    el('span', { class: 'spring' }),
    el('span', { class: 'notice' }, t('notice')),
    languageSwitch(),
    themeSwitch(),
    me ? account(me) : null,
  );
}

function isFor({ roles }, me) {
  return roles.some((role) => me.roles.includes(role));
}

function entry({ href, key }, me) {
  return el('a', { href, 'aria-current': location.pathname === href ? 'page' : null }, t(typeof key === 'function' ? key(me) : key));
}

function mark() {
  return el('img', { src: '/workbench/icon.svg', alt: '', width: 24, height: 24 });
}

function languageSwitch() {
  const other = LANGUAGES.find((each) => each !== language());
  return el(
    'button',
    { class: 'quiet', lang: other, onclick: () => setLanguage(other), 'aria-label': t('otherLanguage'), title: t('otherLanguage') },
    other.toUpperCase(),
  );
}

function themeSwitch() {
  const next = shownTheme() === 'dark' ? 'light' : 'dark';
  const button = el('button', { class: 'quiet icon', 'aria-label': t(`theme_${next}`), title: t(`theme_${next}`) }, next === 'dark' ? '☾' : '☀');
  button.addEventListener('click', () => {
    setTheme(next);
    button.replaceWith(themeSwitch());
    document.querySelector('header.shell button.icon').focus();
  });
  return button;
}

function account(me) {
  const said = el('span', { class: 'fine' });
  const tell = (error) => fill(said, el('span', { role: 'alert' }, t('notSignedOut', { why: sentence(error) })));
  const leave = () => signOut().catch(tell);
  return el(
    'span',
    { class: 'account' },
    el('span', { class: 'who', title: me.roles.map((role) => t(`role_${role}`)).join(', ') }, me.label),
    said,
    el('button', { class: 'quiet', onclick: leave }, t('signOut')),
  );
}

function onSignedOut(event) {
  event.preventDefault();
  signInDialog(event.detail.signedIn);
}
